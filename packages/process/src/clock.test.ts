import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  advanceClock,
  clockOffset,
  clockShifts,
  freezeClock,
  isClockShifted,
  now,
  onClockShift,
  resetClock,
  setClock,
  unfreezeClock,
} from './clock.ts'

const noon = new Date('2031-05-01T12:00:00Z')
const real = globalThis.Date

afterEach(() => {
  resetClock()
  vi.restoreAllMocks()
})

describe('the clock', () => {
  it('follows a shifted Date.now()', () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2031-02-03T04:05:06Z'))
    expect(now().toISOString()).toBe('2031-02-03T04:05:06.000Z')
  })

  it('is the engine’s own while nothing is shifted', () => {
    advanceClock(1_000)
    expect(globalThis.Date).not.toBe(real)
    resetClock()
    expect(globalThis.Date).toBe(real)
    expect(isClockShifted()).toBe(false)
  })

  it('stands still when it is frozen, wherever it is put', () => {
    setClock(noon)
    freezeClock()
    const stoppedAt = Date.now()
    expect(stoppedAt - noon.getTime()).toBeLessThan(1_000)
    expect([Date.now(), now().getTime()]).toEqual([stoppedAt, stoppedAt])
    advanceClock(90_000)
    expect(Date.now()).toBe(stoppedAt + 90_000)
    setClock(noon)
    expect(new Date().toISOString()).toBe('2031-05-01T12:00:00.000Z')
    expect(new Date(5).getTime()).toBe(5)
  })

  it('goes on from where it stood', () => {
    setClock(noon)
    freezeClock()
    advanceClock(3_600_000)
    unfreezeClock()
    const passedMs = Date.now() - noon.getTime()
    expect(passedMs).toBeGreaterThanOrEqual(3_600_000)
    expect(passedMs).toBeLessThan(3_610_000)
    expect(clockOffset()).toBeGreaterThan(0)
  })
})

describe('who listens to shifts', () => {
  it('is told once for each, after it, and not any more after stopping', () => {
    const offsets: number[] = []
    const stop = onClockShift(() => offsets.push(clockOffset()))
    const before = clockShifts()
    advanceClock(1_000)
    advanceClock(0)
    resetClock()
    stop()
    advanceClock(5_000)
    expect(offsets).toEqual([1_000, 0])
    expect(clockShifts() - before).toBe(3)
  })

  it('fails for itself alone', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const heard = vi.fn()
    const stops = [
      onClockShift(() => {
        throw new Error('not my day')
      }),
      onClockShift(heard),
    ]
    advanceClock(1_000)
    for (const stop of stops) stop()
    expect(heard).toHaveBeenCalledOnce()
    expect(process.emitWarning).toHaveBeenCalledOnce()
  })
})
