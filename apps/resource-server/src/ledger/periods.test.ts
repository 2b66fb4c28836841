import { addDays, dayOfNumber } from '@neonpanel/database/ledger/days'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { periodKinds, periodOf, periodsBetween, startOfLastPeriods } from './periods.ts'

const day = fc.integer({ min: 0, max: 40_000 }).map(dayOfNumber)
const kind = fc.constantFrom(...periodKinds)

describe('periodOf', () => {
  test.each([
    ['2026-10-31', 'day', '2026-10-31', '2026-10-31', '2026-10-31'],
    ['2026-10-31', 'week', '2026-W44', '2026-10-26', '2026-11-01'],
    ['2026-10-31', 'month', '2026-10', '2026-10-01', '2026-10-31'],
    ['2026-10-31', 'quarter', '2026-Q4', '2026-10-01', '2026-12-31'],
    ['2028-02-29', 'month', '2028-02', '2028-02-01', '2028-02-29'],
    ['2027-01-01', 'week', '2026-W53', '2026-12-28', '2027-01-03'],
    ['2024-12-30', 'week', '2025-W01', '2024-12-30', '2025-01-05'],
    ['1969-12-31', 'week', '1970-W01', '1969-12-29', '1970-01-04'],
  ] as const)('%s by %s is %s', (date, unit, label, from, to) => {
    expect(periodOf(date, unit)).toEqual({ label, from, to })
  })

  test('a period holds its day, and every day of it says the same period', () => {
    fc.assert(
      fc.property(day, kind, (date, unit) => {
        const period = periodOf(date, unit)
        expect(period.from <= date && date <= period.to).toBe(true)
        expect(periodOf(period.from, unit)).toEqual(period)
        expect(periodOf(period.to, unit)).toEqual(period)
      }),
    )
  })
})

describe('periodsBetween', () => {
  test('covers the range without gap or overlap, and nothing beyond it', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 400 }), kind, (from, length, unit) => {
        const to = addDays(from, length)
        const periods = periodsBetween(from, to, unit)
        expect(periods[0]!.from).toBe(from)
        expect(periods.at(-1)!.to).toBe(to)
        for (const [index, period] of periods.entries()) {
          expect(period.from <= period.to).toBe(true)
          const next = periods[index + 1]
          if (next) expect(next.from).toBe(addDays(period.to, 1))
        }
      }),
    )
  })

  test('an empty range has no periods', () => {
    expect(periodsBetween('2026-02-01', '2026-01-31', 'day')).toEqual([])
  })

  test('cuts the first and the last period to the range', () => {
    expect(periodsBetween('2026-01-20', '2026-02-10', 'month')).toEqual([
      { label: '2026-01', from: '2026-01-20', to: '2026-01-31' },
      { label: '2026-02', from: '2026-02-01', to: '2026-02-10' },
    ])
  })
})

describe('startOfLastPeriods', () => {
  test('counts the period of the day as one', () => {
    expect(startOfLastPeriods('2026-10-31', 'month', 1)).toBe('2026-10-01')
    expect(startOfLastPeriods('2026-10-31', 'month', 6)).toBe('2026-05-01')
    expect(startOfLastPeriods('2026-01-15', 'quarter', 2)).toBe('2025-10-01')
    expect(startOfLastPeriods('2026-10-31', 'day', 30)).toBe('2026-10-02')
  })
})
