import { addDays } from '@neonpanel/database/ledger/days'
import { z } from 'zod'
import { type Position, usualWindowDays } from '../ledger/stock.ts'
import { defineTool, isToolError, readsOnly } from '../mcp/tool.ts'
import { companyInput, itemInput, warehouseInput } from './choices.ts'
import { cursorInput, limitInput, type Order, pageOf, pageOutput } from './paging.ts'
import { choosePositions, queryInput } from './positions.ts'

const sorts = ['runs_out_first', 'best_sellers', 'slowest', 'reorder_first'] as const

const input = z.strictObject({
  company_id: companyInput,
  warehouse_id: warehouseInput,
  item_id: itemInput.optional().describe('Only this item: its id or SKU.'),
  query: queryInput,
  window_days: z
    .int()
    .min(7)
    .max(365)
    .default(usualWindowDays)
    .describe('Days of sales from which the pace is taken, 7 to 365.'),
  sort: z
    .enum(sorts)
    .default('runs_out_first')
    .describe('reorder_first: by the day by which to order.'),
  limit: limitInput(),
  cursor: cursorInput,
})

const itemOutput = z.object({
  item_id: z.string(),
  sku: z.string(),
  name: z.string(),
  company_id: z.string(),
  units_sold: z.int().describe('In the window'),
  velocity_per_day: z.number().describe('Units sold per day'),
  sell_through_percent: z
    .number()
    .nullable()
    .describe('units_sold in percent of units_sold + on_hand; null without either'),
  on_hand: z.int(),
  available: z.int().describe('on_hand − reserved'),
  days_of_cover: z
    .int()
    .nullable()
    .describe('Days that the available units last; null without sales'),
  runs_out_on: z.string().nullable(),
  inbound: z.int(),
  next_arrival_on: z.string().nullable(),
  inbound_arrives_in_time: z.boolean().describe('Before the available units are gone'),
  reorder: z
    .object({ units: z.int(), order_by: z.string() })
    .nullable()
    .describe('What to order to last 45 days beyond the lead time; null when nothing is needed'),
})

export const getAnalytics = defineTool({
  name: 'get_analytics',
  title: 'Sales analytics and stock forecast',
  description:
    'How fast items sell and how long they last: velocity, sell-through, days of cover, the day they run out, whether ' +
    'inbound units arrive in time, and what to reorder by when. A summary counts all items; the list comes in pages. ' +
    'The forecast takes the pace of the window, without seasons.',
  scopes: ['read:analytics'],
  annotations: readsOnly,
  input,
  output: z.object({
    as_of: z
      .string()
      .nullable()
      .describe('The last day of the books; the window ends and the forecast starts here'),
    window_days: z.int(),
    summary: z.object({
      items: z.int(),
      out_of_stock: z.int().describe('Nothing on hand'),
      running_out: z.int().describe('Available, but gone within 30 days'),
      without_sales: z.int().describe('On hand, but nothing sold in the window'),
      to_reorder: z.int(),
    }),
    items: z.array(itemOutput),
    ...pageOutput,
  }),
  async run(asked, context) {
    const chosen = await choosePositions(context, asked, asked.window_days)
    if (isToolError(chosen)) return chosen
    const positions = chosen.positions.filter(({ item }) => asked.item_id || item.active)
    const page = pageOf(positions, orders[asked.sort], asked)
    if (isToolError(page)) return page
    return {
      as_of: chosen.asOf,
      window_days: asked.window_days,
      summary: summarise(positions),
      items: page.rows.map(describePosition),
      total_count: page.totalCount,
      next_cursor: page.nextCursor,
    }
  },
})

const id = ({ item }: Position) => item.id

const orders: Record<(typeof sorts)[number], Order<Position>> = {
  runs_out_first: { name: 'runs_out_first', id, key: ({ forecast }) => forecast.runsOutOn },
  best_sellers: { name: 'best_sellers', id, key: ({ unitsSold }) => unitsSold, descending: true },
  slowest: { name: 'slowest', id, key: ({ forecast }) => forecast.sellThroughPercent },
  reorder_first: {
    name: 'reorder_first',
    id,
    key: ({ forecast }) => forecast.reorder?.orderBy ?? null,
  },
}

function summarise(positions: readonly Position[]) {
  const count = (fits: (position: Position) => boolean) => positions.filter(fits).length
  return {
    items: positions.length,
    out_of_stock: count(({ onHand }) => onHand === 0),
    running_out: count(
      ({ forecast: { available, runsOutOn }, company }) =>
        available > 0 && runsOutOn !== null && runsOutOn <= addDays(company.postedThrough, 30),
    ),
    without_sales: count(({ onHand, unitsSold }) => onHand > 0 && unitsSold === 0),
    to_reorder: count(({ forecast }) => forecast.reorder !== null),
  }
}

function describePosition(position: Position): z.input<typeof itemOutput> {
  const { item, forecast } = position
  return {
    item_id: item.id,
    sku: item.sku,
    name: item.name,
    company_id: item.companyId,
    units_sold: position.unitsSold,
    velocity_per_day: forecast.velocityPerDay,
    sell_through_percent: forecast.sellThroughPercent,
    on_hand: position.onHand,
    available: forecast.available,
    days_of_cover: forecast.daysOfCover,
    runs_out_on: forecast.runsOutOn,
    inbound: position.inbound,
    next_arrival_on: position.nextArrivalOn,
    inbound_arrives_in_time: forecast.inboundArrivesInTime,
    reorder: forecast.reorder && {
      units: forecast.reorder.quantity,
      order_by: forecast.reorder.orderBy,
    },
  }
}
