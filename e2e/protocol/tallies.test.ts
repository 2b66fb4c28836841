import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { type Json, list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token } = await tokensFor(stack, { scope: resourceScopes.join(' ') })
const { use } = toolUser(stack.mcpUrl, access_token)

const lastMonth = { from: '2026-10-01', to: '2026-10-31' }

/** In the smallest unit that is written, so that sums are exact. */
function exact(money: unknown): number {
  const { amount } = money as { amount: string }
  return Number(amount.replace('.', ''))
}

function sum(rows: readonly Json[], figure: string): number {
  return rows.reduce((total, row) => {
    const value = row[figure]
    return total + (typeof value === 'number' ? value : exact(value))
  }, 0)
}

/** Every row of a list, page by page. */
async function all(tool: string, rows: string, input: Json = {}): Promise<Json[]> {
  const seen: Json[] = []
  let cursor: unknown
  do {
    const page = await use(tool, { limit: 100, ...input, ...(cursor ? { cursor } : {}) })
    seen.push(...list(page[rows]))
    cursor = page.next_cursor
  } while (cursor)
  return seen
}

const companies = list((await use('list_companies')).companies)
const companyIds = companies.map(({ id }) => String(id))

const itemsOf = (company_id: string) =>
  all('get_inventory_items', 'items', { company_id, include_inactive: true })

async function resultOf(input: Json): Promise<Json> {
  const sections = list(
    (await use('get_revenue_and_cogs', { by_channel: false, ...input })).companies,
  )
  expect(sections).toHaveLength(1)
  return sections[0] ?? {}
}

/** Revenue and cost of goods sold of the last month: all items of a company, and the company. */
async function expectItemsToSumToTheCompany(company_id: string): Promise<void> {
  const items = await itemsOf(company_id)
  const ofItems: Json[] = []
  for (const { id } of items) {
    const { total } = await resultOf({ company_id, item_id: id, ...lastMonth })
    const cogs = await use('get_item_cogs', { item_id: id, ...lastMonth })
    const { cogs: itsCogs, units_sold } = cogs.total as Json
    expect([itsCogs, units_sold]).toEqual([(total as Json).cogs, (total as Json).units])
    ofItems.push(total as Json)
  }
  const { total, rows } = await resultOf({ company_id, ...lastMonth })
  const company = total as Json
  for (const figure of ['units', 'gross_sales', 'refunds', 'net_revenue', 'cogs', 'fees']) {
    const whole = typeof company[figure] === 'number' ? company[figure] : exact(company[figure])
    expect(sum(ofItems, figure), figure).toBe(whole)
    expect(sum(list(rows), figure), figure).toBe(whole)
  }
  expect(company.units).toBeGreaterThan(100)
}

/** The statement of a period, and get_revenue_and_cogs over the same days. */
async function expectStatementToBeTheResult(company_id: string, period: string): Promise<void> {
  const report = await use('get_report', { report_id: `profit_and_loss.${company_id}.${period}` })
  const { from, to } = report
  const { total, channels } = await resultOf({ company_id, from, to })
  const {
    stock_adjustments,
    operating_result,
    channels: ofReport,
    ...figures
  } = report.profit_and_loss as Json
  expect(figures).toEqual(total)
  expect(ofReport).toEqual(channels)
  expect(exact(operating_result)).toBe(exact(figures.contribution) + exact(stock_adjustments))
}

/** The valuation at the books' end, the batches of every item, and the layers that the database holds. */
async function expectValuationToBeTheLayers(company_id: string): Promise<void> {
  const report = await use('get_report', { report_id: `stock_valuation.${company_id}.2026-10` })
  const valuation = report.stock_valuation as Json
  const { _sum } = await stack.database.prisma.costLayer.aggregate({
    where: { companyId: company_id },
    _sum: { remainingCostMinor: true, remainingQuantity: true },
  })
  const total = [_sum.remainingQuantity, _sum.remainingCostMinor]
  expect([valuation.units, exact(valuation.value)]).toEqual(total)
  for (const part of ['warehouses', 'categories']) {
    const rows = list(valuation[part])
    expect([sum(rows, 'units'), sum(rows, 'value')], part).toEqual(total)
  }
  const batches: Json[] = []
  for (const { id, on_hand } of await itemsOf(company_id)) {
    const ofItem = list((await use('get_item_cogs', { item_id: id })).batches_on_hand)
    expect(sum(ofItem, 'units'), String(id)).toBe(on_hand)
    batches.push(...ofItem)
  }
  expect([sum(batches, 'units'), sum(batches, 'value')]).toEqual(total)
}

/** Stock by item, by warehouse, and in the analysis. */
async function expectStockToAgree(company_id: string): Promise<void> {
  const warehouses = list((await use('list_warehouses', { company_id })).warehouses)
  const items = await itemsOf(company_id)
  for (const figure of ['on_hand', 'reserved', 'available', 'inbound']) {
    expect(sum(items, figure), figure).toBe(sum(warehouses, figure))
  }
  for (const warehouse of warehouses) {
    const here = await all('get_inventory_items', 'items', {
      company_id,
      warehouse_id: warehouse.id,
      include_inactive: true,
    })
    for (const figure of ['on_hand', 'reserved', 'inbound']) {
      expect(sum(here, figure), `${figure} in ${warehouse.id}`).toBe(warehouse[figure])
    }
  }
  const analysed = await all('get_analytics', 'items', { company_id })
  const onHand = new Map(items.map(({ id, on_hand, available }) => [id, [on_hand, available]]))
  for (const { item_id, on_hand, available } of analysed) {
    expect([on_hand, available], String(item_id)).toEqual(onHand.get(item_id))
  }
  expect(sum(items, 'on_hand')).toBeGreaterThan(1_000)
}

/** Goods, freight, duty and insurance of every shipment of some items, and the layers that they became. */
async function expectComponentsToSumToTheLayers(company_id: string): Promise<void> {
  const items = await itemsOf(company_id)
  let compared = 0
  for (const { id } of items.filter((_, index) => index % 9 === 0)) {
    const shipments = await all('get_item_landed_cost', 'shipments', { item_id: id })
    for (const shipment of shipments) {
      for (const costs of [shipment.per_unit, shipment.total]) {
        const { landed, ...components } = costs as Json
        expect(Object.keys(components)).toEqual(['goods', 'freight', 'duty', 'insurance'])
        const parts = Object.values(components).map((part) => exact(part))
        expect(parts.reduce((total, part) => total + part)).toBe(exact(landed))
      }
      if (shipment.status !== 'received') continue
      const { _sum } = await stack.database.prisma.costLayer.aggregate({
        where: { itemId: String(id), shipmentId: String(shipment.shipment_id) },
        _sum: { quantity: true, costMinor: true },
      })
      const landed = exact((shipment.total as Json).landed)
      expect([shipment.units, landed]).toEqual([_sum.quantity, _sum.costMinor])
      compared += 1
    }
  }
  expect(compared).toBeGreaterThan(10)
}

/** Counts stock up and down, changes a cost, and creates an item with stock. */
async function importChanges(company_id: string): Promise<void> {
  const [warehouse] = list((await use('list_warehouses', { company_id })).warehouses)
  const inStock = (await itemsOf(company_id)).filter(({ warehouses }) =>
    list(warehouses).some(
      (part) => part.warehouse_id === warehouse?.id && Number(part.on_hand) > 5,
    ),
  )
  const counted = inStock.slice(0, 6).map(({ sku, warehouses }, index) => {
    const here = list(warehouses).find((part) => part.warehouse_id === warehouse?.id)
    const least = Number(here?.reserved)
    const on_hand =
      index % 2 ? Math.max(least, Number(here?.on_hand) - 3) : Number(here?.on_hand) + 7
    return { sku, warehouse_id: warehouse?.id, on_hand, unit_cost: '3.33' }
  })
  expect(counted).toHaveLength(6)
  const created = {
    sku: 'TALLY-1',
    name: 'Tallied bowl',
    category: 'Tallies',
    supplier: 'Tests and Sons',
    unit_cost: '4.15',
    list_price: '9.90',
    warehouse_id: warehouse?.id,
    on_hand: 11,
  }
  const answer = await use('import_items', {
    company_id,
    rows: [...counted, created],
    dry_run: false,
    idempotency_key: `tallies-${company_id}`,
  })
  expect(answer).toMatchObject({ valid: true, summary: { items_created: 1, stock_changes: 7 } })
}

const reconciliations = {
  items: expectItemsToSumToTheCompany,
  statements: async (company: string) => {
    for (const period of ['2026-10', '2026-Q3', '2025-12']) {
      await expectStatementToBeTheResult(company, period)
    }
  },
  valuation: expectValuationToBeTheLayers,
  stock: expectStockToAgree,
  components: expectComponentsToSumToTheLayers,
}

async function forEachCompany(check: (company: string) => Promise<void>): Promise<void> {
  for (const company of companyIds) await check(company)
}

describe('figures of different tools', () => {
  verifies(
    ['tallies-items', 'contract-5-tool-get-item-cogs', 'contract-5-tool-get-revenue-and-cogs'],
    'revenue and cost of goods sold by item sum to the company’s',
    () => forEachCompany(reconciliations.items),
  )

  verifies(
    ['tallies-statements', 'contract-5-tool-reports'],
    'a profit and loss statement is get_revenue_and_cogs of the same days',
    () => forEachCompany(reconciliations.statements),
  )

  verifies(
    ['tallies-valuation', 'contract-5-tool-reports'],
    'a stock valuation is the value of the layers, in whole and batch by batch',
    () => forEachCompany(reconciliations.valuation),
  )

  verifies(
    ['tallies-stock', 'contract-5-tool-list-warehouses', 'contract-5-tool-get-inventory-items'],
    'stock by item is stock by warehouse, and what the forecast starts from',
    () => forEachCompany(reconciliations.stock),
  )

  verifies(
    ['tallies-components', 'contract-5-tool-get-item-landed-cost'],
    'components of landed costs sum to what the layers cost',
    () => forEachCompany(reconciliations.components),
  )

  verifies(
    ['tallies-import', 'import-seen', 'contract-5-tool-import-items'],
    'all of it holds after imports that count stock, change costs and create items',
    async () => {
      await forEachCompany(importChanges)
      for (const check of Object.values(reconciliations)) await forEachCompany(check)
    },
  )
})
