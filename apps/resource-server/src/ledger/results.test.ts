import { addDays } from '@neonpanel/database/ledger/days'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { periodKinds } from './periods.ts'
import { type DayResult, resultsByChannel, resultsByPeriod, sumResults } from './results.ts'

const from = '2026-01-15'
const to = '2026-04-10'
const count = fc.integer({ min: 0, max: 100_000 })

const dayResult: fc.Arbitrary<DayResult> = fc.record({
  day: fc.integer({ min: 0, max: 85 }).map((days) => addDays(from, days)),
  channel: fc.constantFrom('Amazon US', 'Shopify', 'Wholesale'),
  orders: count,
  units: count,
  grossMinor: count,
  refundMinor: count,
  feesMinor: count,
  costMinor: count,
})

const days = fc.array(dayResult, { maxLength: 60 })

describe('results', () => {
  test('by period, with or without channels, sum to the whole', () => {
    fc.assert(
      fc.property(days, fc.constantFrom(...periodKinds), fc.boolean(), (list, kind, byChannel) => {
        const rows = resultsByPeriod(list, { from, to }, kind, byChannel)
        expect(sumResults(rows)).toEqual(sumResults(list))
      }),
    )
  })

  test('by channel sum to the whole', () => {
    fc.assert(
      fc.property(days, (list) => {
        expect(sumResults(resultsByChannel(list))).toEqual(sumResults(list))
      }),
    )
  })

  test('a period without sales is a zero, not a gap', () => {
    const rows = resultsByPeriod([], { from, to }, 'month', false)
    expect(rows.map(({ period, channel, units }) => [period.label, channel, units])).toEqual([
      ['2026-01', null, 0],
      ['2026-02', null, 0],
      ['2026-03', null, 0],
      ['2026-04', null, 0],
    ])
  })

  test('every channel that sold in the range has its row in every period', () => {
    const one = { orders: 1, units: 1, grossMinor: 1, refundMinor: 0, feesMinor: 0, costMinor: 1 }
    const rows = resultsByPeriod(
      [
        { ...one, day: '2026-01-20', channel: 'Wholesale' },
        { ...one, day: '2026-02-20', channel: 'Etsy' },
      ],
      { from, to: '2026-02-28' },
      'month',
      true,
    )
    expect(rows.map(({ period, channel, units }) => [period.label, channel, units])).toEqual([
      ['2026-01', 'Etsy', 0],
      ['2026-01', 'Wholesale', 1],
      ['2026-02', 'Etsy', 1],
      ['2026-02', 'Wholesale', 0],
    ])
  })
})
