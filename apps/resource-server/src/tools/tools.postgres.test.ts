import type { ToolName } from '@neonpanel/contracts/tool-catalogue'
import { openDatabase } from '@neonpanel/database/open'
import {
  createScratchDatabase,
  type ScratchDatabase,
} from '@neonpanel/database/testing/scratch-postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readCompanies } from '../ledger/companies.ts'
import { searchBooks } from '../ledger/search-books.ts'
import { type DemoLedger, openDemoLedger } from '../testing/demo-ledger.ts'

let scratch: ScratchDatabase
let embedded: DemoLedger
let server: DemoLedger

beforeAll(async () => {
  scratch = await createScratchDatabase()
  embedded = await openDemoLedger()
  server = await openDemoLedger(scratch.url)
})
afterAll(async () => {
  await embedded[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await scratch[Symbol.asyncDispose]()
})

const calls: [ToolName, object][] = [
  ['search', { query: 'linen sage' }],
  ['search', { query: 'profit october' }],
  ['search', { query: 'enamel mug' }],
  ['search', { query: 'lienn napkin saeg' }],
  ['search', { query: 'shipment ribe 2026-09' }],
  ['search', { query: 'po-2026' }],
  ['fetch', { id: 'itm_us_1001' }],
  ['fetch', { id: 'shp_eu_0100' }],
  ['list_companies', {}],
  ['list_warehouses', {}],
  ['get_inventory_items', { limit: 100 }],
  ['get_inventory_items', { query: 'cermaic mug' }],
  ['get_inventory_items', { runs_out_before: '2026-12-01', warehouse_id: 'wh_venlo' }],
  ['get_item_cogs', { item_id: 'HG-LTT-OAT', from: '2024-11-01' }],
  ['get_item_cogs', { item_id: 'HG-LTT-OAT', warehouse_id: 'wh_reno' }],
  ['get_item_landed_cost', { item_id: 'itm_us_1060', limit: 100 }],
  ['get_revenue_and_cogs', { from: '2024-11-01', period: 'quarter' }],
  ['get_analytics', { window_days: 90, limit: 100 }],
  ['list_reports', { limit: 100 }],
  ['get_report', { report_id: 'profit_and_loss.co_harbor_us.2026-Q3' }],
  ['get_report', { report_id: 'stock_valuation.co_harbor_eu.2025-12' }],
]

describe('on PostgreSQL', () => {
  test.each(calls)(
    '%s %o answers what it answers on the embedded database',
    async (tool, input) => {
      expect(await server.call(tool, input)).toEqual(await embedded.call(tool, input))
    },
  )

  test('what another process imported is found by the very next search', async () => {
    const other = await openDatabase(scratch.url)
    onTestFinished(() => other.close())
    const companies = await readCompanies(other, ['co_harbor_us'])
    const find = (query: string) => searchBooks(other, { inventory: companies }, query)
    for (const round of ['1', '2', '3']) {
      expect(await find(`zelkova${round}`)).toEqual([])
      await server.call('import_items', {
        company_id: 'co_harbor_us',
        dry_run: false,
        idempotency_key: `elsewhere-${round}`,
        rows: [
          {
            sku: `HG-ZEL-${round}`,
            name: `Zelkova${round} bowl`,
            category: 'Dining',
            supplier: 'Cascade Timber Goods',
            unit_cost: '7.25',
            list_price: '29.00',
          },
        ],
      })
      const found = await find(`zelkova${round}`)
      expect(found.map(({ code }) => code)).toEqual([`HG-ZEL-${round}`])
    }
  })

  test('an import that is sent 24 times at once is written once', async () => {
    const row = {
      sku: 'HG-RACE',
      name: 'Race bowl',
      category: 'Dining',
      supplier: 'Cascade Timber Goods',
      unit_cost: '7.25',
      list_price: '29.00',
      warehouse_id: 'wh_reno',
      on_hand: 12,
    }
    const request = { company_id: 'co_harbor_us', dry_run: false, idempotency_key: 'race-of-24' }
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => server.call('import_items', { ...request, rows: [row] })),
    )
    expect(new Set(answers.map(({ import_id }) => import_id)).size).toBe(1)
    const { items } = await server.call('get_inventory_items', { query: 'HG-RACE' })
    expect(items[0].on_hand).toBe(12)
  })

  test('different imports of one stock at once each count from what the one before left', async () => {
    const counts = Array.from({ length: 12 }, (_, index) => 200 + index * 7)
    await Promise.all(
      counts.map((on_hand) =>
        server.call('import_items', {
          company_id: 'co_harbor_us',
          dry_run: false,
          idempotency_key: `count-to-${on_hand}`,
          rows: [{ sku: 'HG-LTT-OAT', warehouse_id: 'wh_reno', on_hand }],
        }),
      ),
    )
    const { items } = await server.call('get_inventory_items', {
      query: 'HG-LTT-OAT',
      warehouse_id: 'wh_reno',
    })
    expect(counts).toContain(items[0].on_hand)
  })

  test('imports of one person into two companies at once with one key: one is written', async () => {
    const outcomes = await Promise.allSettled(
      ['co_harbor_us', 'co_harbor_eu'].map((company_id) =>
        server.call('import_items', {
          company_id,
          dry_run: false,
          idempotency_key: 'same-key-for-two',
          rows: [
            { sku: company_id === 'co_harbor_us' ? 'HG-LTT-OAT' : 'HE-LTT-OAT', reorder_point: 77 },
          ],
        }),
      ),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('an import of 5,000 rows is written, and so are 5,000 counts of what it wrote', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => ({
      sku: `HG-MANY-${index}`,
      name: 'One of many',
      category: 'Dining',
      supplier: 'Cascade Timber Goods',
      unit_cost: '7.25',
      list_price: '29.00',
      warehouse_id: 'wh_reno',
      on_hand: 10,
    }))
    const write = (key: string, onHand: number) =>
      server.call('import_items', {
        company_id: 'co_harbor_us',
        dry_run: false,
        idempotency_key: key,
        rows: rows.map((row) => ({ ...row, on_hand: onHand })),
      })
    expect((await write('many-created', 10)).summary).toMatchObject({ items_created: 5_000 })
    expect((await write('many-found', 12)).summary).toMatchObject({ stock_changes: 5_000 })
    expect((await write('many-missing', 3)).summary).toMatchObject({ stock_changes: 5_000 })
    const { prisma } = server.database
    const where = { sku: { startsWith: 'HG-MANY-' } }
    const items = await prisma.item.findMany({ where, select: { id: true } })
    const { _sum } = await prisma.costLayer.aggregate({
      where: { itemId: { in: items.map(({ id }) => id) } },
      _sum: { quantity: true, remainingQuantity: true, remainingCostMinor: true },
    })
    expect(_sum).toEqual({
      quantity: 60_000,
      remainingQuantity: 15_000,
      remainingCostMinor: 15_000 * 725,
    })
  })
})
