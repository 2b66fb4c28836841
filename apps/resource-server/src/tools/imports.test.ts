import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DemoLedger, openDemoLedger, ToolFailure } from '../testing/demo-ledger.ts'

let demo: DemoLedger
beforeAll(async () => {
  demo = await openDemoLedger()
})
afterAll(() => demo[Symbol.asyncDispose]())

const us = { company_id: 'co_harbor_us' }

// Each test has an item and a key of its own: they share the books.
let testNumber = 0
let bowl: Record<string, string>
let key: { dry_run: false; idempotency_key: string }
beforeEach(() => {
  testNumber += 1
  key = { dry_run: false, idempotency_key: `price-list-${testNumber}` }
  bowl = {
    sku: `HG-BOWL-${testNumber}`,
    name: 'Oak bowl',
    category: 'Dining',
    supplier: 'Cascade Timber Goods',
    unit_cost: '7.25',
    list_price: '29.00',
  }
})

/** Everything that an import could change. */
async function snapshot(): Promise<string> {
  const { prisma } = demo.database
  const tables = await Promise.all([
    prisma.item.findMany({ orderBy: { id: 'asc' } }),
    prisma.costLayer.aggregate({
      _sum: { remainingQuantity: true, remainingCostMinor: true },
      _count: true,
    }),
    prisma.stockAdjustment.count(),
    prisma.importRun.count(),
  ])
  return JSON.stringify(tables)
}

async function itemBySku(sku: string) {
  const { items } = await demo.call('get_inventory_items', { query: sku })
  return items[0]
}

/** Received less sold, moved and lost is on hand, and so for the costs. */
async function expectBalancedBooks() {
  const { prisma } = demo.database
  const [layers, sales, transfers, losses] = await Promise.all([
    prisma.costLayer.aggregate({
      _sum: { quantity: true, costMinor: true, remainingQuantity: true, remainingCostMinor: true },
    }),
    prisma.sale.aggregate({ _sum: { quantity: true, costMinor: true } }),
    prisma.stockTransfer.aggregate({ _sum: { quantity: true, costMinor: true } }),
    prisma.stockAdjustment.aggregate({
      where: { quantity: { lt: 0 } },
      _sum: { quantity: true, costMinor: true },
    }),
  ])
  for (const [whole, left] of [
    ['quantity', 'remainingQuantity'],
    ['costMinor', 'remainingCostMinor'],
  ] as const) {
    const out = sales._sum[whole]! + transfers._sum[whole]! - losses._sum[whole]!
    expect(layers._sum[whole]! - out).toBe(layers._sum[left])
  }
  expect(await prisma.costLayer.count({ where: { remainingQuantity: { lt: 0 } } })).toBe(0)
}

describe('a dry run', () => {
  test('is what happens by default: it shows every change and writes nothing', async () => {
    const before = await snapshot()
    const { on_hand } = await itemBySku('HG-LTT-OAT')
    const answer = await demo.call('import_items', {
      ...us,
      rows: [
        { sku: 'HG-LTT-OAT', list_price: '19.50', supplier: 'Baltic Linen Works' },
        { sku: 'HG-LTT-OAT', warehouse_id: 'wh_reno', on_hand: 500 },
        bowl,
      ],
    })
    expect(answer).toMatchObject({ dry_run: true, valid: true, import_id: null, problems: [] })
    expect(answer.summary).toEqual({
      rows: 3,
      items_created: 1,
      items_updated: 1,
      items_unchanged: 0,
      stock_changes: 1,
      problems: 0,
    })
    expect(answer.changes[0]).toMatchObject({
      sku: 'HG-LTT-OAT',
      action: 'update',
      fields: [{ column: 'list_price', from: '18.00 USD', to: '19.50 USD' }],
      stock: [{ warehouse_id: 'wh_reno', to: 500 }],
    })
    expect(answer.changes[0].stock[0].from).toBeLessThanOrEqual(on_hand)
    expect(await snapshot()).toBe(before)
  })

  test('reports the problems of all rows at once', async () => {
    const { valid, problems, summary } = await demo.call('import_items', {
      ...us,
      rows: [
        { sku: 'HG-LTT-OAT', list_price: 'cheap' },
        { sku: 'HG-NEW', name: 'Unfinished' },
        { name: 'No SKU' },
        { sku: 'HG-LTT-OAT', warehouse_id: 'wh_venlo', on_hand: 1 },
      ],
    })
    expect(valid).toBe(false)
    expect(
      problems.map(({ row, column }: { row: number; column: string }) => `${row} ${column}`),
    ).toEqual([
      '1 list_price',
      '2 category',
      '2 supplier',
      '2 unit_cost',
      '2 list_price',
      '3 sku',
      '4 warehouse_id',
    ])
    expect(summary.problems).toBe(7)
  })

  test('takes CSV', async () => {
    const csv = 'sku;reorder_point;active\nHG-LTT-OAT;55;\nHG-LTT-SAGE;;no\n'
    const { changes, valid } = await demo.call('import_items', { ...us, csv })
    expect(valid).toBe(true)
    expect(changes.map(({ fields }: { fields: object[] }) => fields)).toEqual([
      [{ column: 'reorder_point', from: '30', to: '55' }],
      [{ column: 'active', from: 'true', to: 'false' }],
    ])
  })
})

describe('an import', () => {
  test('writes items, and stock at its cost; the next read shows it', async () => {
    const rows = [{ ...bowl, warehouse_id: 'wh_reno', on_hand: 12 }]
    const answer = await demo.call('import_items', { ...us, ...key, rows })
    expect(answer).toMatchObject({ dry_run: false, valid: true })
    expect(answer.import_id).toMatch(/^imp_/)
    const item = await itemBySku(bowl.sku!)
    expect(item).toMatchObject({ name: 'Oak bowl', on_hand: 12, available: 12 })
    const { batches_on_hand } = await demo.call('get_item_cogs', { item_id: item.id })
    expect(batches_on_hand).toMatchObject([
      { source: 'adjustment', units: 12, value: { amount: '87.00', currency: 'USD' } },
    ])
    await expectBalancedBooks()
  })

  test('takes units that are missing from the oldest layers', async () => {
    const before = await demo.call('get_item_cogs', {
      item_id: 'HG-LTT-OAT',
      warehouse_id: 'wh_allentown',
    })
    const units = before.batches_on_hand.reduce(
      (sum: number, batch: { units: number }) => sum + batch.units,
      0,
    )
    const rows = [{ sku: 'HG-LTT-OAT', warehouse_id: 'wh_allentown', on_hand: units - 5 }]
    const { import_id } = await demo.call('import_items', { ...us, ...key, rows })
    const after = await demo.call('get_item_cogs', {
      item_id: 'HG-LTT-OAT',
      warehouse_id: 'wh_allentown',
    })
    expect(after.batches_on_hand[0].units).toBe(before.batches_on_hand[0].units - 5)
    await expectBalancedBooks()
    const adjustment = await demo.database.prisma.stockAdjustment.findFirst({
      where: { reason: `Counted, ${import_id}` },
    })
    expect(adjustment).toMatchObject({ quantity: -5, adjustedOn: '2026-10-31' })
    expect(adjustment!.costMinor).toBeLessThan(0)
  })

  test('is remembered by its key: repeating it answers the same and writes nothing', async () => {
    const rows = [{ ...bowl, warehouse_id: 'wh_reno', on_hand: 12 }]
    const first = await demo.call('import_items', { ...us, ...key, rows })
    const written = await snapshot()
    const again = await demo.call('import_items', { ...us, ...key, rows })
    const columns = Object.keys(rows[0]!).join(',')
    const csv = `${columns}\n${Object.values(rows[0]!).join(',')}`
    const asCsv = await demo.call('import_items', { ...us, ...key, csv })
    expect(again).toEqual(first)
    expect(asCsv).toEqual(first)
    expect(await snapshot()).toBe(written)
  })

  test('sent many times at once is written once', async () => {
    const rows = [{ ...bowl, warehouse_id: 'wh_reno', on_hand: 12 }]
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => demo.call('import_items', { ...us, ...key, rows })),
    )
    expect(new Set(answers.map(({ import_id }) => import_id)).size).toBe(1)
    expect((await itemBySku(bowl.sku!)).on_hand).toBe(12)
    await expectBalancedBooks()
  })

  test('with the key of an import of other rows, or of another company, is refused', async () => {
    await demo.call('import_items', { ...us, ...key, rows: [bowl] })
    const before = await snapshot()
    const other = { ...bowl, list_price: '31.00' }
    await expect(demo.call('import_items', { ...us, ...key, rows: [other] })).rejects.toThrow(
      /new key/,
    )
    const elsewhere = { company_id: 'co_harbor_eu', ...key, rows: [bowl] }
    await expect(demo.call('import_items', elsewhere)).rejects.toThrow(/new key/)
    expect(await snapshot()).toBe(before)
  })

  test('of another person may have the same key', async () => {
    await demo.call('import_items', { ...us, ...key, rows: [bowl] })
    const rows = [{ ...bowl, list_price: '31.00' }]
    const answer = await demo.call(
      'import_items',
      { ...us, ...key, rows },
      { personId: 'person_two' },
    )
    expect(answer.summary.items_updated).toBe(1)
  })

  test('with a problem in one row writes no row at all', async () => {
    const before = await snapshot()
    const rows = [
      bowl,
      { sku: 'HG-LTT-OAT', warehouse_id: 'wh_reno', on_hand: -1 },
      { sku: 'HG-HALF' },
    ]
    const failure = await demo
      .call('import_items', { ...us, ...key, rows })
      .catch((error: Error) => error)
    expect(failure).toBeInstanceOf(ToolFailure)
    expect((failure as Error).message).toMatch(/Nothing was imported: 6 problems/)
    expect((failure as Error).message).toMatch(/row 2, on_hand/)
    expect((failure as Error).message).toMatch(/row 3, name/)
    expect(await snapshot()).toBe(before)
  })

  test.each([
    [
      'without a key',
      { ...us, dry_run: false, rows: [{ sku: 'A' }] },
      /idempotency_key is required/,
    ],
    ['without rows', { ...us, rows: [] }, /no rows/],
    ['with neither rows nor csv', us, /either rows or csv/],
    ['with both', { ...us, rows: [{ sku: 'A' }], csv: 'sku\nA' }, /either rows or csv/],
    ['with a header alone', { ...us, csv: 'sku,name\n' }, /no rows/],
    ['with too many lines', { ...us, csv: `sku\n${'A\n'.repeat(5_001)}` }, /too many/],
    [
      'without a company where there are two',
      { rows: [{ sku: 'A' }] },
      /co_harbor_eu .*co_harbor_us/,
    ],
  ])('%s is refused with what to do', async (_, input, message) => {
    await expect(demo.call('import_items', input)).rejects.toThrow(message)
  })

  test('needs no company where there is but one', async () => {
    const answer = await demo.call('import_items', { rows: [bowl] }, { companies: ['co_tallow'] })
    expect(answer.company_id).toBe('co_tallow')
  })
})
