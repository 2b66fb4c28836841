import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays, dayNumber, dayOfNumber, daysBetween, isDay } from './days.ts'

describe('days', () => {
  test('number and string say the same day', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 60_000 }), (number) => {
        expect(dayNumber(dayOfNumber(number))).toBe(number)
      }),
    )
  })

  test('count across months and leap days', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
    expect(daysBetween('2026-10-31', '2026-11-30')).toBe(30)
    expect(daysBetween('2026-11-30', '2026-10-31')).toBe(-30)
  })

  test.each([
    '2026-02-30',
    '2026-13-01',
    '2026-1-1',
    '26-01-01',
    '',
    'today',
    '2026-01-01T00:00:00Z',
  ])('%o is no day', (value) => {
    expect(isDay(value)).toBe(false)
  })

  test('a day that exists is one', () => {
    expect(isDay('2028-02-29')).toBe(true)
  })
})
