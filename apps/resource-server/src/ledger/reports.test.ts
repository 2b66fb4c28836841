import { describe, expect, test } from 'vitest'
import type { Company } from './companies.ts'
import { reportsOf } from './reports.ts'

const company: Company = {
  id: 'co_test',
  name: 'Test & Sons',
  currency: 'EUR',
  country: 'NL',
  marketplaces: [],
  postedThrough: '2026-02-10',
  itemCount: 0,
  warehouseCount: 0,
}

describe('reportsOf', () => {
  test('each month has both kinds, each quarter a profit and loss, cut to the books', () => {
    const reports = reportsOf(company, '2025-11-20')
    expect(reports.map(({ id, title, period }) => [id, title, period.from, period.to])).toEqual([
      row(
        'profit_and_loss',
        '2025-11',
        'Profit and loss, November 2025',
        '2025-11-20',
        '2025-11-30',
      ),
      row(
        'profit_and_loss',
        '2025-12',
        'Profit and loss, December 2025',
        '2025-12-01',
        '2025-12-31',
      ),
      row(
        'profit_and_loss',
        '2026-01',
        'Profit and loss, January 2026',
        '2026-01-01',
        '2026-01-31',
      ),
      row(
        'profit_and_loss',
        '2026-02',
        'Profit and loss, February 2026',
        '2026-02-01',
        '2026-02-10',
      ),
      row('profit_and_loss', '2025-Q4', 'Profit and loss, Q4 2025', '2025-11-20', '2025-12-31'),
      row('profit_and_loss', '2026-Q1', 'Profit and loss, Q1 2026', '2026-01-01', '2026-02-10'),
      row(
        'stock_valuation',
        '2025-11',
        'Stock valuation, 30 November 2025',
        '2025-11-20',
        '2025-11-30',
      ),
      row(
        'stock_valuation',
        '2025-12',
        'Stock valuation, 31 December 2025',
        '2025-12-01',
        '2025-12-31',
      ),
      row(
        'stock_valuation',
        '2026-01',
        'Stock valuation, 31 January 2026',
        '2026-01-01',
        '2026-01-31',
      ),
      row(
        'stock_valuation',
        '2026-02',
        'Stock valuation, 10 February 2026',
        '2026-02-01',
        '2026-02-10',
      ),
    ])
  })

  test('no two have one id', () => {
    const ids = reportsOf(company, '2024-01-01').map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

function row(kind: string, period: string, title: string, from: string, to: string) {
  return [`${kind}.co_test.${period}`, `${title} – Test & Sons`, from, to]
}
