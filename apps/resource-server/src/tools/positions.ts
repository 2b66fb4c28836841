import { z } from 'zod'
import type { Company } from '../ledger/companies.ts'
import { searchBooks } from '../ledger/search-books.ts'
import { type Position, readPositions } from '../ledger/stock.ts'
import { isToolError, type ToolContext, type ToolError } from '../mcp/tool.ts'
import { chooseCompanies, chooseItem, chooseWarehouse } from './choices.ts'

export const queryInput = z
  .string()
  .max(200)
  .optional()
  .describe('Words of the name, SKU, category or supplier, such as "linen sage".')

/** Whose stock a call asks for. */
export interface AskedPositions {
  readonly company_id?: string | undefined
  readonly warehouse_id?: string | undefined
  readonly item_id?: string | undefined
  readonly query?: string | undefined
}

/**
 * The items that a call is about, with their stock and outlook, and the last day of the books they are taken from.
 *
 * @param windowDays from which the pace is taken
 */
export async function choosePositions(
  context: ToolContext,
  asked: AskedPositions,
  windowDays: number,
): Promise<{ asOf: string | null; positions: Position[] } | ToolError> {
  const companies = await chooseCompanies(context, asked.company_id)
  if (isToolError(companies)) return companies
  const warehouse = await chooseWarehouse(context, companies, asked.warehouse_id)
  if (warehouse && isToolError(warehouse)) return warehouse
  const opened = { ...context, companies: companies.map(({ id }) => id) }
  const only = asked.item_id === undefined ? undefined : await chooseItem(opened, asked.item_id)
  if (only && isToolError(only)) return only
  const isWanted = await wanted(context, companies, asked.query)
  const lists = await Promise.all(
    (only ? [only.company] : companies).map((company) =>
      readPositions(context.database, company, { windowDays, warehouseId: warehouse?.id }),
    ),
  )
  const days = companies.map(({ postedThrough }) => postedThrough).sort()
  return {
    asOf: days.at(-1) ?? null,
    positions: lists
      .flat()
      .filter(({ item }) => isWanted(item.id) && (!only || only.item.id === item.id)),
  }
}

/** Tells the items that have the words of a query; all without one. */
async function wanted(
  { database }: ToolContext,
  companies: readonly Company[],
  query: string | undefined,
): Promise<(itemId: string) => boolean> {
  if (query === undefined || query.trim() === '') return () => true
  const documents = await searchBooks(database, { inventory: companies }, query)
  const found = new Set(documents.map(({ id }) => id))
  return (itemId) => found.has(itemId)
}
