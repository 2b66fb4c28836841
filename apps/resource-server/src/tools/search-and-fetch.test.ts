import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type DemoLedger,
  openDemoLedger,
  type TestCaller,
  ToolFailure,
} from '../testing/demo-ledger.ts'

let demo: DemoLedger
beforeAll(async () => {
  demo = await openDemoLedger()
})
afterAll(() => demo[Symbol.asyncDispose]())

const inventoryOnly: TestCaller = { scopes: ['read:inventory'] }

async function idsOf(query: string, caller?: TestCaller): Promise<string[]> {
  const { results } = await demo.call('search', { query }, caller)
  return results.map(({ id }: { id: string }) => id)
}

describe('search', () => {
  test('finds an item by its words and by its SKU', async () => {
    expect((await idsOf('linen napkins sage')).slice(0, 2).sort()).toEqual([
      'itm_eu_1007',
      'itm_us_1007',
    ])
    expect(await idsOf('HG-LNP-SAGE')).toEqual(['itm_us_1007'])
  })

  test('finds shipments and reports where the scopes allow', async () => {
    expect(await idsOf('PO-2026-0300')).toEqual(['shp_us_0300'])
    expect((await idsOf('profit and loss october 2026'))[0]).toMatch(
      /^profit_and_loss\.co_harbor_.*\.2026-10$/,
    )
  })

  test('never finds finance documents without their scopes', async () => {
    expect(await idsOf('PO-2026-0300', inventoryOnly)).toEqual([])
    expect(await idsOf('profit and loss october 2026', inventoryOnly)).toEqual([])
    const reports: TestCaller = { scopes: ['read:inventory', 'read:reports'] }
    expect(await idsOf('PO-2026-0300', reports)).toEqual([])
    expect(await idsOf('profit and loss', reports)).not.toEqual([])
  })

  test.each(['', '   ', '§§§', 'xyzzy', '%', "'; DELETE FROM ledger; --"])(
    '%o has no results, and that is no error',
    async (query) => {
      expect(await demo.call('search', { query })).toEqual({ results: [] })
    },
  )

  test('gives an absolute https URL to cite for each result', async () => {
    const { results } = await demo.call('search', { query: 'enamel' })
    expect(results.length).toBeGreaterThan(5)
    expect(results.length).toBeLessThanOrEqual(20)
    for (const { id, url } of results) expect(url).toBe(`https://my.neonpanel.com/inventory/${id}`)
  })
})

describe('fetch', () => {
  test('whatever search found can be fetched by the same person, and says the same', async () => {
    for (const caller of [{}, inventoryOnly, { companies: ['co_tallow'] }]) {
      for (const query of [
        'linen',
        'candle',
        'shipment ribe enamel',
        'stock valuation',
        'profit',
      ]) {
        const { results } = await demo.call('search', { query }, caller)
        for (const { id, title, url } of results.slice(0, 4)) {
          const document = await demo.call('fetch', { id }, caller)
          expect(document).toMatchObject({ id, title, url })
          expect(document.text.length).toBeGreaterThan(80)
        }
      }
    }
  })

  test('an item tells its stock', async () => {
    const { items } = await demo.call('get_inventory_items', { query: 'HG-LTT-OAT' })
    const { text, metadata } = await demo.call('fetch', { id: 'itm_us_1001' })
    expect(metadata).toMatchObject({ type: 'item', sku: 'HG-LTT-OAT', company_id: 'co_harbor_us' })
    expect(text).toContain(`${items[0].on_hand} on hand, ${items[0].reserved} reserved`)
  })

  test('a shipment tells its charges and landed costs, a report its figures', async () => {
    const shipment = await demo.call('fetch', { id: 'shp_us_0300' })
    expect(shipment.text).toMatch(/freight: \d+\.\d\d USD, allocated by volume/)
    expect(shipment.text).toMatch(/Landed cost of the shipment: \d+\.\d\d USD/)
    const id = 'profit_and_loss.co_harbor_us.2026-10'
    const report = await demo.call('fetch', { id })
    const { profit_and_loss } = await demo.call('get_report', { report_id: id })
    expect(report.text).toContain(`net revenue: ${profit_and_loss.net_revenue.amount} USD`)
  })

  test.each([
    ['an unknown id', 'itm_us_9999', {}],
    ['a SKU, which search never returns as an id', 'HG-LTT-OAT', {}],
    ['a shipment without read:landed-cost', 'shp_us_0300', inventoryOnly],
    ['a report without read:reports', 'profit_and_loss.co_harbor_us.2026-10', inventoryOnly],
    ['a report of a month after the books', 'profit_and_loss.co_harbor_us.2026-11', {}],
  ] as const)('%s is refused', async (_, id, caller) => {
    await expect(demo.call('fetch', { id }, caller)).rejects.toThrow(ToolFailure)
  })
})
