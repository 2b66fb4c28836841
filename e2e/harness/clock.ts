import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { onTestFinished } from 'vitest'

/** Puts the clock of both servers, which run in this process, ahead until the end of the test. */
export function passTime(seconds: number): void {
  advanceClock(seconds * 1000)
  onTestFinished(resetClock)
}
