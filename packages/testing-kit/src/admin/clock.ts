import type { AdminApi } from './admin-api.ts'
import type { ClockReading } from './documents.ts'

/**
 * The time of a stack’s servers: codes, tokens, sessions, keys and throttles follow it. Timers keep real time.
 *
 * A stack that runs in this process shares the process’s clock: `Date` in the test follows, and moving it is refused
 * while a second stack runs here. A stack of another process has a clock of its own.
 */
export interface Clock {
  now(): Promise<Date>
  /** Puts the clock ahead: `61m`, `90s`, `2h`, `PT1H30M` (ISO 8601), or seconds; back with a minus sign. */
  advance(duration: string): Promise<Date>
  /** Sets the clock; it goes on from there. */
  set(time: Date | string): Promise<Date>
  /** Stops the clock where it stands; `advance` and `set` still move it. */
  freeze(): Promise<Date>
  /** Lets a stopped clock go on. */
  unfreeze(): Promise<Date>
  /** Back to the machine’s time. */
  reset(): Promise<Date>
}

/** @param guard throws where moving the clock would move that of another stack */
export function clockOf(api: AdminApi, guard: () => void): Clock {
  const change = async (body: object) => {
    guard()
    return timeOf(await api.post<ClockReading>('/clock', body))
  }
  return {
    now: async () => timeOf(await api.get<ClockReading>('/clock')),
    advance: (duration) => change({ advance: duration }),
    set: (time) => change({ set: new Date(time).toISOString() }),
    freeze: () => change({ freeze: true }),
    unfreeze: () => change({ freeze: false }),
    reset: () => change({ reset: true }),
  }
}

const timeOf = ({ now }: ClockReading) => new Date(now)
