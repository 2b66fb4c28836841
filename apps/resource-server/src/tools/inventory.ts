import { z } from 'zod'
import { type Position, usualWindowDays } from '../ledger/stock.ts'
import { defineTool, isToolError, readsOnly } from '../mcp/tool.ts'
import { companyInput, dayInput, warehouseInput } from './choices.ts'
import { cursorInput, limitInput, type Order, pageOf, pageOutput } from './paging.ts'
import { choosePositions, queryInput } from './positions.ts'

const sorts = ['sku', 'name', 'available', 'on_hand', 'runs_out_on'] as const

type Sort = (typeof sorts)[number]

const input = z.strictObject({
  company_id: companyInput,
  warehouse_id: warehouseInput,
  query: queryInput,
  low_stock: z
    .boolean()
    .default(false)
    .describe('Only items whose available units are at or below their reorder point.'),
  runs_out_before: dayInput
    .optional()
    .describe(
      'Only items that still have available units, but none left before this day, YYYY-MM-DD, at the pace of the last ' +
        `${usualWindowDays} days. For "run out next month" give the first day of the month after it.`,
    ),
  in_stock: z
    .boolean()
    .optional()
    .describe('true: only items with units on hand; false: only without.'),
  include_inactive: z.boolean().default(false).describe('Also items that are no longer sold.'),
  sort: z
    .enum(sorts)
    .optional()
    .describe('Default: runs_out_on with runs_out_before, else sku. Ascending, unknown last.'),
  limit: limitInput(),
  cursor: cursorInput,
})

const itemOutput = z.object({
  id: z.string(),
  sku: z.string(),
  name: z.string(),
  category: z.string(),
  supplier: z.string(),
  company_id: z.string(),
  on_hand: z.int(),
  reserved: z.int().describe('Promised to open orders; still on hand'),
  available: z.int().describe('on_hand − reserved'),
  inbound: z.int().describe('On shipments under way'),
  next_arrival_on: z.string().nullable().describe('When the next inbound units are expected'),
  reorder_point: z.int(),
  runs_out_on: z
    .string()
    .nullable()
    .describe('Day on which the available units are gone; null without sales'),
  warehouses: z.array(
    z.object({
      warehouse_id: z.string(),
      on_hand: z.int(),
      reserved: z.int(),
      inbound: z.int(),
    }),
  ),
})

export const getInventoryItems = defineTool({
  name: 'get_inventory_items',
  title: 'Inventory items',
  description:
    'Lists items with units on hand, reserved, available and inbound, per warehouse too, in pages. Filters by words, ' +
    'company, warehouse, low stock, or by when they run out: for "which items run out next month" set runs_out_before. ' +
    'For pace, sell-through and what to reorder use get_analytics.',
  scopes: ['read:inventory'],
  annotations: readsOnly,
  input,
  output: z.object({
    as_of: z.string().nullable().describe('The last day of the books; forecasts look from here'),
    items: z.array(itemOutput),
    ...pageOutput,
  }),
  async run(asked, context) {
    const chosen = await choosePositions(context, asked, usualWindowDays)
    if (isToolError(chosen)) return chosen
    const fitting = chosen.positions.filter((position) => fits(position, asked))
    const sort = asked.sort ?? (asked.runs_out_before ? 'runs_out_on' : 'sku')
    const page = pageOf(fitting, orders[sort], asked)
    if (isToolError(page)) return page
    return {
      as_of: chosen.asOf,
      items: page.rows.map(describePosition),
      total_count: page.totalCount,
      next_cursor: page.nextCursor,
    }
  },
})

function fits({ item, onHand, forecast }: Position, asked: z.output<typeof input>): boolean {
  if (!item.active && !asked.include_inactive) return false
  if (asked.low_stock && forecast.available > item.reorderPoint) return false
  if (asked.in_stock !== undefined && onHand > 0 !== asked.in_stock) return false
  if (asked.runs_out_before === undefined) return true
  if (forecast.available <= 0 || forecast.runsOutOn === null) return false
  return forecast.runsOutOn < asked.runs_out_before
}

const keys: Record<Sort, (position: Position) => string | number | null> = {
  sku: ({ item }) => item.sku,
  name: ({ item }) => item.name,
  available: ({ forecast }) => forecast.available,
  on_hand: ({ onHand }) => onHand,
  runs_out_on: ({ forecast }) => forecast.runsOutOn,
}

const orders = Object.fromEntries(
  sorts.map((name) => [name, { name, key: keys[name], id: ({ item }: Position) => item.id }]),
) as Record<Sort, Order<Position>>

/** An item with its stock, as tools and resources write it. */
export function describePosition(position: Position): z.input<typeof itemOutput> {
  const { item, forecast } = position
  return {
    id: item.id,
    sku: item.sku,
    name: item.name,
    category: item.category,
    supplier: item.supplier,
    company_id: item.companyId,
    on_hand: position.onHand,
    reserved: position.reserved,
    available: forecast.available,
    inbound: position.inbound,
    next_arrival_on: position.nextArrivalOn,
    reorder_point: item.reorderPoint,
    runs_out_on: forecast.runsOutOn,
    warehouses: position.warehouses.map(({ warehouseId, onHand, reserved, inbound }) => ({
      warehouse_id: warehouseId,
      on_hand: onHand,
      reserved,
      inbound,
    })),
  }
}
