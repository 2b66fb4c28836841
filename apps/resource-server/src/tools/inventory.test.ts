import { addDays } from '@neonpanel/database/ledger/days'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoLedger, openDemoLedger, ToolFailure } from '../testing/demo-ledger.ts'

let demo: DemoLedger
beforeAll(async () => {
  demo = await openDemoLedger()
})
afterAll(() => demo[Symbol.asyncDispose]())

interface Listed {
  id: string
  sku: string
  company_id: string
  on_hand: number
  reserved: number
  available: number
  inbound: number
  reorder_point: number
  runs_out_on: string | null
  warehouses: { warehouse_id: string; on_hand: number; reserved: number; inbound: number }[]
}

async function all(input: object = {}): Promise<Listed[]> {
  const items: Listed[] = []
  let cursor: string | null | undefined
  do {
    const page = await demo.call('get_inventory_items', { ...input, ...(cursor ? { cursor } : {}) })
    items.push(...page.items)
    expect(page.total_count).toBeGreaterThanOrEqual(items.length)
    cursor = page.next_cursor
  } while (cursor)
  return items
}

describe('list_companies', () => {
  test('lists the companies of the token by name', async () => {
    const { companies } = await demo.call('list_companies')
    expect(companies).toEqual([
      expect.objectContaining({
        id: 'co_harbor_eu',
        name: 'Harbor Goods EU B.V.',
        currency: 'EUR',
      }),
      expect.objectContaining({ id: 'co_harbor_us', name: 'Harbor Goods LLC', currency: 'USD' }),
    ])
    expect(companies[1].marketplaces).toEqual(['Amazon US', 'Shopify', 'Wholesale'])
  })
})

describe('list_warehouses', () => {
  test('totals are the sums of the items', async () => {
    const { warehouses } = await demo.call('list_warehouses')
    expect(warehouses).toHaveLength(4)
    const items = await all({ limit: 100 })
    for (const { id, on_hand, reserved, inbound, available } of warehouses) {
      const parts = items.flatMap((item) =>
        item.warehouses.filter((part) => part.warehouse_id === id),
      )
      const sum = (key: 'on_hand' | 'reserved' | 'inbound') =>
        parts.reduce((total, part) => total + part[key], 0)
      expect([on_hand, reserved, inbound]).toEqual([
        sum('on_hand'),
        sum('reserved'),
        sum('inbound'),
      ])
      expect(available).toBe(on_hand - reserved)
    }
  })

  test('what left one warehouse of a company for another arrived there', async () => {
    const { warehouses } = await demo.call('list_warehouses', { company_id: 'co_harbor_us' })
    const sum = (key: string) =>
      warehouses.reduce(
        (total: number, warehouse: Record<string, number>) => total + warehouse[key]!,
        0,
      )
    expect(sum('transferred_in')).toBe(sum('transferred_out'))
    expect(sum('transferred_in')).toBeGreaterThan(0)
  })
})

describe('get_inventory_items', () => {
  test('pages through every item once', async () => {
    const items = await all({ limit: 20 })
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
    const { companies } = await demo.call('list_companies')
    const count = companies.reduce(
      (sum: number, company: { item_count: number }) => sum + company.item_count,
      0,
    )
    expect(items).toHaveLength(count)
    expect(items.map(({ sku }) => sku)).toEqual(items.map(({ sku }) => sku).sort())
  })

  test('has 25 items on a page unless asked, and never more than 100', async () => {
    expect((await demo.call('get_inventory_items')).items).toHaveLength(25)
    expect((await demo.call('get_inventory_items', { limit: 100 })).items).toHaveLength(100)
    await expect(demo.call('get_inventory_items', { limit: 101 })).rejects.toThrow()
    await expect(demo.call('get_inventory_items', { limit: 0 })).rejects.toThrow()
  })

  test('items that run out next month are those, soonest first', async () => {
    const asked = { runs_out_before: '2026-12-01', limit: 100 }
    const items = await all(asked)
    const dates = items.map((item) => item.runs_out_on!)
    expect(items.length).toBeGreaterThan(8)
    expect(dates.every((date) => date < '2026-12-01')).toBe(true)
    expect(items.every(({ available }) => available > 0)).toBe(true)
    expect(dates).toEqual([...dates].sort())
    const { items: analysed } = await demo.call('get_analytics', { limit: 100 })
    const forecasts = new Map(
      analysed.map((item: { item_id: string; runs_out_on: string }) => [
        item.item_id,
        item.runs_out_on,
      ]),
    )
    for (const { id, runs_out_on } of items) expect(forecasts.get(id)).toBe(runs_out_on)
  })

  test('low stock is at or below the reorder point', async () => {
    const items = await all({ low_stock: true, limit: 100 })
    expect(items.length).toBeGreaterThan(0)
    for (const { available, reorder_point } of items) {
      expect(available).toBeLessThanOrEqual(reorder_point)
    }
  })

  test('with a warehouse only its units count', async () => {
    const items = await all({ warehouse_id: 'wh_reno', limit: 100 })
    for (const { company_id, on_hand, warehouses } of items) {
      expect(company_id).toBe('co_harbor_us')
      expect(warehouses.map((part) => part.warehouse_id)).toEqual(['wh_reno'])
      expect(on_hand).toBe(warehouses[0]!.on_hand)
    }
  })

  test('in_stock tells items on hand from those that are not', async () => {
    const having = await all({ in_stock: true, limit: 100 })
    const lacking = await all({ in_stock: false, limit: 100 })
    expect(having.every(({ on_hand }) => on_hand > 0)).toBe(true)
    expect(lacking.every(({ on_hand }) => on_hand === 0)).toBe(true)
    expect(having.length + lacking.length).toBe((await all({ limit: 100 })).length)
  })

  test.each(['sku', 'name', 'available', 'on_hand', 'runs_out_on'])(
    'sorted by %s, pages follow each other without gap or repetition',
    async (sort) => {
      const small = await all({ sort, limit: 7, query: 'linen' })
      expect(small).toEqual(await all({ sort, limit: 100, query: 'linen' }))
      expect(small.length).toBeGreaterThan(14)
    },
  )

  test.each(['nonsense', 'W10', Buffer.from('["name","x","y"]').toString('base64url')])(
    'the cursor %o of another list is refused',
    async (cursor) => {
      await expect(demo.call('get_inventory_items', { cursor })).rejects.toThrow(ToolFailure)
    },
  )

  test.each([
    { runs_out_before: 'next month' },
    { runs_out_before: '2026-02-30' },
    { sort: 'price' },
    { query: 'x'.repeat(201) },
  ])('%o is refused before anything is read', async (input) => {
    await expect(demo.call('get_inventory_items', input)).rejects.toThrow()
  })
})

describe('get_analytics', () => {
  test('figures follow from each other', async () => {
    const { items, as_of, window_days } = await demo.call('get_analytics', { limit: 100 })
    expect([as_of, window_days]).toEqual(['2026-10-31', 30])
    for (const item of items) {
      const { units_sold, available, days_of_cover, runs_out_on } = item
      expect(item.velocity_per_day).toBeCloseTo(units_sold / 30, 2)
      if (units_sold === 0) {
        expect([days_of_cover, runs_out_on, item.reorder]).toEqual([null, null, null])
      } else {
        expect(days_of_cover).toBe(Math.floor((Math.max(available, 0) * 30) / units_sold))
        expect(runs_out_on).toBe(addDays(as_of, days_of_cover))
      }
    }
  })

  test('the summary counts what the list shows', async () => {
    const { items, summary, total_count } = await demo.call(
      'get_analytics',
      { limit: 100 },
      { companies: ['co_tallow'] },
    )
    expect(summary.items).toBe(total_count)
    expect(items).toHaveLength(total_count)
    expect(summary.out_of_stock).toBe(items.filter((item: Listed) => item.on_hand === 0).length)
    expect(summary.to_reorder).toBe(
      items.filter((item: { reorder: object | null }) => item.reorder).length,
    )
  })

  test('units sold in a window are those of get_revenue_and_cogs', async () => {
    const { items } = await demo.call('get_analytics', { item_id: 'itm_us_1001', window_days: 90 })
    const { companies } = await demo.call('get_revenue_and_cogs', {
      item_id: 'itm_us_1001',
      from: addDays('2026-10-31', -89),
      to: '2026-10-31',
    })
    expect(items[0].units_sold).toBe(companies[0].total.units)
  })

  test('best sellers come first, slowest first, as asked', async () => {
    const sold = async (sort: string) => {
      const { items } = await demo.call('get_analytics', { sort, limit: 50 })
      return items.map((item: { units_sold: number; sell_through_percent: number | null }) =>
        sort === 'slowest' ? item.sell_through_percent : item.units_sold,
      )
    }
    const best = await sold('best_sellers')
    expect(best).toEqual([...best].sort((a, b) => b - a))
    const slowest = await sold('slowest')
    expect(slowest).toEqual([...slowest].sort((a, b) => a - b))
  })

  test.each([{ window_days: 6 }, { window_days: 366 }, { window_days: 30.5 }])(
    '%o is refused',
    async (input) => {
      await expect(demo.call('get_analytics', input)).rejects.toThrow()
    },
  )
})
