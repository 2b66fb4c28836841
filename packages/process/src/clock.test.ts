import { afterEach, describe, expect, test } from 'vitest'
import { advanceClock, clockOffset, now, resetClock, setClock } from './clock.ts'

const machineDate = globalThis.Date

describe('the clock of the process', () => {
  afterEach(resetClock)

  test('is the engine’s own while nothing is shifted', () => {
    expect(globalThis.Date).toBe(machineDate)
    expect(clockOffset()).toBe(0)
  })

  test('goes on from the time it was set to', () => {
    setClock(new Date('2030-01-01T00:00:00Z'))
    expect(new Date().toISOString()).toMatch(/^2030-01-01T00:00:/)
    expect(now().getUTCFullYear()).toBe(2030)
    expect(Date()).toContain('2030')
  })

  test('advances by what it is told, again and again', () => {
    advanceClock(3_600_000)
    advanceClock(-600_000)
    expect(clockOffset()).toBe(3_000_000)
    expect(Date.now()).toBeGreaterThan(machineDate.now() + 2_990_000)
  })

  test('leaves dates of before, of the engine and of a given time as they are', () => {
    const before = new Date(0)
    advanceClock(1_000_000)
    expect(before instanceof Date).toBe(true)
    expect(structuredClone(before) instanceof Date).toBe(true)
    expect(new Date() instanceof machineDate).toBe(true)
    expect(new Date(5).getTime()).toBe(5)
    expect(new Date(2020, 1, 2).getFullYear()).toBe(2020)
    expect(Date.parse('2020-01-01T00:00:00Z')).toBe(Date.UTC(2020, 0, 1))
  })

  test('lets `Date` be extended while it is shifted', () => {
    advanceClock(1_000_000_000)
    class Day extends Date {}
    expect(new Day() instanceof Day).toBe(true)
    expect(new Day().getTime()).toBeGreaterThan(machineDate.now() + 900_000_000)
  })

  test('is the machine’s again after a reset', () => {
    advanceClock(1_000_000_000)
    resetClock()
    expect(globalThis.Date).toBe(machineDate)
    expect(Math.abs(Date.now() - machineDate.now())).toBeLessThan(1_000)
  })
})
