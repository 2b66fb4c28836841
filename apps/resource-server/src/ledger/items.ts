import { statement } from '@neonpanel/database/statement'
import type { Reader } from './reader.ts'

/** Something that a company buys and sells. */
export interface Item {
  readonly id: string
  readonly companyId: string
  readonly sku: string
  readonly name: string
  readonly category: string
  readonly supplier: string
  readonly unitCostMinor: number
  readonly listPriceMinor: number
  readonly volumeCm3: number
  readonly weightGrams: number
  readonly leadTimeDays: number
  readonly reorderPoint: number
  readonly active: boolean
}

const columns = `"id", "companyId", "sku", "name", "category", "supplier", "unitCostMinor",
  "listPriceMinor", "volumeCm3", "weightGrams", "leadTimeDays", "reorderPoint", "active"`

const itemsOfCompany = statement(
  'ledger_items',
  `SELECT ${columns} FROM "Item" WHERE "companyId" = $1 ORDER BY "sku"`,
)

const itemByIdOrSku = statement(
  'ledger_item',
  `SELECT ${columns} FROM "Item" WHERE "companyId" = $1 AND ("id" = $2 OR "sku" = $2)`,
)

/** All items of a company, by SKU. */
export function readItems({ query }: Reader, companyId: string): Promise<Item[]> {
  return query<Item>(itemsOfCompany, [companyId])
}

/** The items of some companies that an id or a SKU names: one SKU may be in use in several companies. */
export async function findItems(
  { query }: Reader,
  companyIds: readonly string[],
  idOrSku: string,
): Promise<Item[]> {
  const found = await Promise.all(
    companyIds.map((companyId) => query<Item>(itemByIdOrSku, [companyId, idOrSku])),
  )
  return found.flat()
}
