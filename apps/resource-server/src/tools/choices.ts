import { type Day, isDay } from '@neonpanel/database/ledger/days'
import { z } from 'zod'
import { type Company, readCompanies } from '../ledger/companies.ts'
import { findItems, type Item } from '../ledger/items.ts'
import {
  type PeriodKind,
  periodKinds,
  periodsBetween,
  startOfLastPeriods,
} from '../ledger/periods.ts'
import { searchBooks } from '../ledger/search-books.ts'
import { readWarehouses, type Warehouse } from '../ledger/warehouses.ts'
import { type ToolContext, type ToolError, toolError } from '../mcp/tool.ts'
import { didYouMean, didYouMeanOneOf } from './did-you-mean.ts'

/** Longer than any id or SKU; what does not exist is named in the refusal. */
const idInput = z.string().min(1).max(200)

export const companyInput = idInput
  .optional()
  .describe('Company id from list_companies. Leave out for every company of this connection.')

export const itemInput = idInput.describe(
  'Item id from search or get_inventory_items, such as itm_us_1001; a SKU works too.',
)

export const reportInput = idInput.describe(
  'Report id from list_reports or search, such as profit_and_loss.co_harbor_us.2026-10.',
)

export const warehouseInput = idInput
  .optional()
  .describe('Warehouse id from list_warehouses. Leave out for all warehouses together.')

export const dayInput = z.string().refine(isDay, { error: 'must be a day such as 2026-10-31' })

export const periodInput = z
  .enum(periodKinds)
  .default('month')
  .describe('What to group by. Weeks start on Monday (ISO 8601).')

export const fromInput = dayInput
  .optional()
  .describe(
    'First day, YYYY-MM-DD. Left out, the range is the last 30 days, 13 weeks, 6 months or 8 quarters.',
  )

export const toInput = dayInput
  .optional()
  .describe('Last day, included, YYYY-MM-DD. Left out, the last day of the books.')

/**
 * The companies that a call is about. A company that the connection does not open is treated like one that does not exist.
 *
 * @param companyId the one that was asked for; without it all of the connection
 */
export async function chooseCompanies(
  { database, companies }: ToolContext,
  companyId: string | undefined,
): Promise<Company[] | ToolError> {
  if (companyId === undefined) return readCompanies(database, companies)
  const ids = companies.filter((id) => id === companyId)
  const found = await readCompanies(database, ids)
  if (found.length > 0) return found
  const own = await readCompanies(database, companies)
  const meant = didYouMeanOneOf(
    own.map(({ id, name }) => ({ id, title: name })),
    companyId,
  )
  return toolError(`There is no company ${companyId}.${meant} Call list_companies for the ids.`)
}

/** The item that an id or a SKU names in the companies of the call, and its company. */
export async function chooseItem(
  { database, companies }: ToolContext,
  idOrSku: string,
): Promise<{ item: Item; company: Company } | ToolError> {
  const found = await findItems(database, companies, idOrSku)
  const [item] = found
  if (!item) {
    const opened = await readCompanies(database, companies)
    const meant = didYouMean(await searchBooks(database, { inventory: opened }, idOrSku))
    return toolError(
      `There is no item ${idOrSku}.${meant} Find its id with search or get_inventory_items first.`,
    )
  }
  if (found.length > 1) {
    const ids = found.map(({ id, companyId }) => `${id} (${companyId})`).join(', ')
    return toolError(`Several companies use the SKU ${idOrSku}. Call again with one id of: ${ids}.`)
  }
  const [company] = await readCompanies(database, [item.companyId])
  return { item, company: company! }
}

/** The warehouse that a call is about, or null when it is about all of them. */
export async function chooseWarehouse(
  { database }: ToolContext,
  companies: readonly Company[],
  warehouseId: string | undefined,
): Promise<Warehouse | null | ToolError> {
  if (warehouseId === undefined) return null
  const lists = await Promise.all(companies.map(({ id }) => readWarehouses(database, id)))
  const own = lists.flat()
  const warehouse = own.find(({ id }) => id === warehouseId)
  if (warehouse) return warehouse
  const meant = didYouMeanOneOf(
    own.map(({ id, name }) => ({ id, title: name })),
    warehouseId,
  )
  return toolError(
    `There is no warehouse ${warehouseId}.${meant} Call list_warehouses for the ids.`,
  )
}

const usualCount: Record<PeriodKind, number> = { day: 30, week: 13, month: 6, quarter: 8 }

/** More rows than this are no help to a model. */
const maximumPeriods = 120

/** The days that a call is about: what was asked for, else the last periods of the books. */
export function chooseRange(
  { postedThrough }: Company,
  asked: { from?: Day | undefined; to?: Day | undefined; period: PeriodKind },
): { from: Day; to: Day } | ToolError {
  const to = asked.to === undefined || asked.to > postedThrough ? postedThrough : asked.to
  const from = asked.from ?? startOfLastPeriods(to, asked.period, usualCount[asked.period])
  if (from > to) {
    return toolError(
      `The range from ${from} to ${to} is empty. The books end on ${postedThrough}; choose an earlier first day.`,
    )
  }
  if (from < earliestDay || periodsBetween(from, to, asked.period).length > maximumPeriods) {
    return toolError(
      `That is more than ${maximumPeriods} rows by ${asked.period}. Choose a longer period or a shorter range.`,
    )
  }
  return { from, to }
}

/** Before any company's books; guards against counting the days of millennia. */
const earliestDay: Day = '2000-01-01'
