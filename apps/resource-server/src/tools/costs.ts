import { z } from 'zod'
import { type OpenLayer, readLandedCosts, readOpenLayers } from '../ledger/costs.ts'
import type { Item } from '../ledger/items.ts'
import { money, moneySchema, unitMoney, unitMoneyParts } from '../ledger/money.ts'
import { type Result, readResults, resultsByPeriod, sumResults } from '../ledger/results.ts'
import { defineTool, isToolError, readsOnly } from '../mcp/tool.ts'
import {
  chooseItem,
  chooseRange,
  chooseWarehouse,
  fromInput,
  itemInput,
  periodInput,
  toInput,
  warehouseInput,
} from './choices.ts'
import { cursorInput, limitInput, type Order, pageOf, pageOutput } from './paging.ts'

const itemReference = z.object({
  id: z.string(),
  sku: z.string(),
  name: z.string(),
  company_id: z.string(),
})

function referTo({ id, sku, name, companyId }: Item): z.input<typeof itemReference> {
  return { id, sku, name, company_id: companyId }
}

const cogsFields = {
  units_sold: z.int(),
  cogs: moneySchema,
  unit_cost: moneySchema
    .nullable()
    .describe('cogs of one unit, to four digits; null without sales'),
}

export const getItemCogs = defineTool({
  name: 'get_item_cogs',
  title: 'Cost of goods sold of an item',
  description:
    'Cost of goods sold of one item by period: first in, first out per warehouse over landed cost. Also lists the ' +
    'batches still on hand, in the order in which they will be sold. For whole companies use get_revenue_and_cogs; for ' +
    'freight, duty and insurance use get_item_landed_cost.',
  scopes: ['read:cogs'],
  annotations: readsOnly,
  input: z.strictObject({
    item_id: itemInput,
    warehouse_id: warehouseInput,
    period: periodInput,
    from: fromInput,
    to: toInput,
  }),
  output: z.object({
    item: itemReference,
    currency: z.string(),
    from: z.string(),
    to: z.string(),
    periods: z.array(
      z.object({ period: z.string(), from: z.string(), to: z.string(), ...cogsFields }),
    ),
    total: z.object(cogsFields),
    batches_on_hand: z.array(
      z.object({
        warehouse_id: z.string(),
        received_on: z.string(),
        source: z.string().describe('shipment, transfer or adjustment'),
        shipment_id: z.string().nullable(),
        units: z.int(),
        value: moneySchema,
        unit_cost: moneySchema.nullable(),
      }),
    ),
  }),
  async run(asked, context) {
    const chosen = await chooseItem(context, asked.item_id)
    if (isToolError(chosen)) return chosen
    const { item, company } = chosen
    const warehouse = await chooseWarehouse(context, [company], asked.warehouse_id)
    if (warehouse && isToolError(warehouse)) return warehouse
    const range = chooseRange(company, asked)
    if (isToolError(range)) return range
    const question = { ...range, itemId: item.id, warehouseId: warehouse?.id }
    const [days, layers] = await Promise.all([
      readResults(context.database, company, question),
      readOpenLayers(context.database, item),
    ])
    const { currency } = company
    return {
      item: referTo(item),
      currency,
      ...range,
      periods: resultsByPeriod(days, range, asked.period, false).map(({ period, ...result }) => ({
        period: period.label,
        from: period.from,
        to: period.to,
        ...describeCogs(result, currency),
      })),
      total: describeCogs(sumResults(days), currency),
      batches_on_hand: layers
        .filter((layer) => !warehouse || layer.warehouseId === warehouse.id)
        .map((layer) => describeLayer(layer, currency)),
    }
  },
})

function describeCogs({ units, costMinor }: Result, currency: string) {
  return {
    units_sold: units,
    cogs: money(costMinor, currency),
    unit_cost: unitMoney(costMinor, units, currency),
  }
}

function describeLayer(layer: OpenLayer, currency: string) {
  return {
    warehouse_id: layer.warehouseId,
    received_on: layer.receivedOn,
    source: layer.source,
    shipment_id: layer.shipmentId,
    units: layer.remainingQuantity,
    value: money(layer.remainingCostMinor, currency),
    unit_cost: unitMoney(layer.costMinor, layer.quantity, currency),
  }
}

const componentFields = {
  goods: moneySchema,
  freight: moneySchema,
  duty: moneySchema,
  insurance: moneySchema,
  landed: moneySchema.describe('The sum of the others'),
}

type ShipmentOfItem = Awaited<ReturnType<typeof readLandedCosts>>[number]

const latestFirst: Order<ShipmentOfItem> = {
  name: 'landed_cost',
  descending: true,
  key: ({ shipment }) => shipment.orderedOn,
  id: ({ shipment }) => shipment.id,
}

export const getItemLandedCost = defineTool({
  name: 'get_item_landed_cost',
  title: 'Landed cost of an item',
  description:
    'What one item costs on arrival, by purchase shipment, latest order first: goods, freight, duty and insurance per ' +
    'unit (to four digits) and in total. Charges of a shipment are spread over its lines by volume or by value.',
  scopes: ['read:landed-cost'],
  annotations: readsOnly,
  input: z.strictObject({
    item_id: itemInput,
    status: z
      .enum(['received', 'in_transit'])
      .optional()
      .describe('Only shipments that arrived, or only those under way.'),
    limit: limitInput(10),
    cursor: cursorInput,
  }),
  output: z.object({
    item: itemReference,
    currency: z.string(),
    average_per_unit: moneySchema.nullable().describe('Landed, over the units of all pages'),
    shipments: z.array(
      z.object({
        shipment_id: z.string(),
        reference: z.string(),
        status: z.string(),
        supplier: z.string(),
        origin_country: z.string(),
        warehouse_id: z.string(),
        ordered_on: z.string(),
        expected_on: z.string(),
        received_on: z.string().nullable(),
        units: z.int(),
        per_unit: z.object(componentFields),
        total: z.object(componentFields),
      }),
    ),
    ...pageOutput,
  }),
  async run(asked, context) {
    const chosen = await chooseItem(context, asked.item_id)
    if (isToolError(chosen)) return chosen
    const { item, company } = chosen
    const all = (await readLandedCosts(context.database, item)).filter(
      ({ shipment }) => asked.status === undefined || shipment.status === asked.status,
    )
    const page = pageOf(all, latestFirst, asked)
    if (isToolError(page)) return page
    const lines = all.flatMap((entry) => entry.lines)
    const units = lines.reduce((sum, line) => sum + line.quantity, 0)
    const landed = lines.reduce((sum, line) => sum + line.cost.landed, 0)
    return {
      item: referTo(item),
      currency: company.currency,
      average_per_unit: unitMoney(landed, units, company.currency),
      shipments: page.rows.map((entry) => describeShipment(entry, company.currency)),
      total_count: page.totalCount,
      next_cursor: page.nextCursor,
    }
  },
})

function describeShipment({ shipment, lines }: ShipmentOfItem, currency: string) {
  let units = 0
  const parts = { goods: 0, freight: 0, duty: 0, insurance: 0 }
  for (const { quantity, cost } of lines) {
    units += quantity
    parts.goods += cost.goods
    parts.freight += cost.freight
    parts.duty += cost.duty
    parts.insurance += cost.insurance
  }
  const landed = parts.goods + parts.freight + parts.duty + parts.insurance
  return {
    shipment_id: shipment.id,
    reference: shipment.reference,
    status: shipment.status,
    supplier: shipment.supplier,
    origin_country: shipment.originCountry,
    warehouse_id: shipment.warehouseId,
    ordered_on: shipment.orderedOn,
    expected_on: shipment.expectedOn,
    received_on: shipment.receivedOn,
    units,
    per_unit: {
      ...unitMoneyParts(parts, units, currency),
      landed: unitMoney(landed, units, currency)!,
    },
    total: {
      goods: money(parts.goods, currency),
      freight: money(parts.freight, currency),
      duty: money(parts.duty, currency),
      insurance: money(parts.insurance, currency),
      landed: money(landed, currency),
    },
  }
}
