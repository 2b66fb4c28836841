/**
 * What time it is. Every decision about time goes through `Date.now()`, so that shifting it shifts the whole process.
 */
export function now(): Date {
  return new Date(Date.now())
}

/** What a clock was told: to be ahead of the machine's by so much, or to stand still. Epoch milliseconds. */
export type ClockSetting = { readonly offsetMs: number } | { readonly frozenAtMs: number }

// A test may shift the clock of the process: codes, tokens, sessions and throttles follow, because all of them ask
// `Date`. While nothing is shifted `Date` is the engine's own. Timers keep real time: whoever looks at the time by a
// timer listens to `onClockShift` too.
const RealDate = globalThis.Date
const machineTime: ClockSetting = { offsetMs: 0 }
let setting: ClockSetting = machineTime
let shifts = 0
const listeners = new Set<() => void>()

/** What the clock of this process was told last. */
export function clockSetting(): ClockSetting {
  return setting
}

/** Whether the process's clock is not the machine's. */
export function isClockShifted(): boolean {
  return 'frozenAtMs' in setting || setting.offsetMs !== 0
}

/** How often the clock was moved, stopped or given back: a pause in real time is over when a test has moved on. */
export function clockShifts(): number {
  return shifts
}

/** How far the process's clock is ahead of the machine's, in milliseconds; negative = behind. */
export function clockOffset(): number {
  return 'frozenAtMs' in setting ? setting.frozenAtMs - RealDate.now() : setting.offsetMs
}

/** Puts the process's clock ahead of where it is, or behind; a frozen one stands still there. */
export function advanceClock(milliseconds: number): void {
  if ('frozenAtMs' in setting) applyClock({ frozenAtMs: setting.frozenAtMs + milliseconds })
  else applyClock({ offsetMs: setting.offsetMs + milliseconds })
}

/** Sets the process's clock; it goes on from there, or stands still there when it is frozen. */
export function setClock(time: Date): void {
  const atMs = time.getTime()
  applyClock('frozenAtMs' in setting ? { frozenAtMs: atMs } : { offsetMs: atMs - RealDate.now() })
}

/** Stops the process's clock where it is. */
export function freezeClock(): void {
  applyClock({ frozenAtMs: Date.now() })
}

/** Lets a frozen clock go on from where it stands. */
export function unfreezeClock(): void {
  applyClock({ offsetMs: clockOffset() })
}

/** Back to the machine's time. */
export function resetClock(): void {
  applyClock(machineTime)
}

/** Takes over what another clock was told; see shared-clock.ts. */
export function applyClock(told: ClockSetting): void {
  if (isSame(told, setting)) return
  setting = told
  shifts += 1
  globalThis.Date = isClockShifted() ? shiftedDate : RealDate
  for (const listener of listeners) tell(listener)
}

/**
 * Calls `listener` right after the clock was moved, stopped or given back: for what is looked at by a timer, or was kept
 * until a time of the clock before.
 *
 * @returns how to stop listening
 */
export function onClockShift(listener: () => void): () => void {
  // Wrapped: the same function may listen twice.
  const own = () => listener()
  listeners.add(own)
  return () => listeners.delete(own)
}

/** A listener that fails is no failure of whoever moved the clock. */
function tell(listener: () => void) {
  try {
    listener()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}

function isSame(one: ClockSetting, other: ClockSetting): boolean {
  if ('frozenAtMs' in one) return 'frozenAtMs' in other && one.frozenAtMs === other.frozenAtMs
  return 'offsetMs' in other && one.offsetMs === other.offsetMs
}

const shiftedNow = () =>
  'frozenAtMs' in setting ? setting.frozenAtMs : RealDate.now() + setting.offsetMs

/** A proxy and not a subclass: dates made before the shift, or by the engine, stay `instanceof Date`. */
const shiftedDate: DateConstructor = new Proxy(RealDate, {
  construct: (target, parameters, newTarget) =>
    Reflect.construct(
      target,
      parameters.length === 0 ? [shiftedNow()] : parameters,
      newTarget === shiftedDate ? target : newTarget,
    ),
  apply: () => new RealDate(shiftedNow()).toString(),
  get: (target, key) => (key === 'now' ? shiftedNow : Reflect.get(target, key)),
})
