/**
 * What time it is. Every decision about time goes through `Date.now()`, so that shifting it shifts the whole process.
 */
export function now(): Date {
  return new Date(Date.now())
}

// A test may shift the clock of the process: codes, tokens, sessions and throttles follow, because all of them ask
// `Date`. While nothing is shifted `Date` is the engine's own. Timers keep real time.
const RealDate = globalThis.Date
let offsetMs = 0

/** How far the process's clock is ahead of the machine's, in milliseconds; negative = behind. */
export function clockOffset(): number {
  return offsetMs
}

/** Puts the process's clock ahead of where it is, or behind. */
export function advanceClock(milliseconds: number): void {
  shiftTo(offsetMs + milliseconds)
}

/** Sets the process's clock; it goes on from there. */
export function setClock(time: Date): void {
  shiftTo(time.getTime() - RealDate.now())
}

/** Back to the machine's time. */
export function resetClock(): void {
  shiftTo(0)
}

function shiftTo(offset: number) {
  offsetMs = offset
  globalThis.Date = offset === 0 ? RealDate : shiftedDate
}

const shiftedNow = () => RealDate.now() + offsetMs

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
