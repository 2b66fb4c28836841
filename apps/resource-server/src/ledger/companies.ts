import type { Day } from '@neonpanel/database/ledger/days'
import { statement } from '@neonpanel/database/statement'
import type { Reader } from './reader.ts'
import { integer, type Sum } from './sums.ts'

/** A company as the ledger knows it. */
export interface Company {
  readonly id: string
  readonly name: string
  /** ISO 4217; all of its amounts are in it. */
  readonly currency: string
  readonly country: string
  readonly marketplaces: readonly string[]
  /** The books' today. */
  readonly postedThrough: Day
  readonly itemCount: number
  readonly warehouseCount: number
}

interface CompanyRow {
  id: string
  name: string
  currency: string
  country: string
  marketplaces: string
  postedThrough: Day
  itemCount: Sum
  warehouseCount: Sum
}

const companyById = statement(
  'ledger_company',
  `SELECT "id", "name", "currency", "country", "marketplaces", "postedThrough",
    (SELECT COUNT(*) FROM "Item" WHERE "companyId" = $1) AS "itemCount",
    (SELECT COUNT(*) FROM "Warehouse" WHERE "companyId" = $1) AS "warehouseCount"
  FROM "Company" WHERE "id" = $1`,
)

/** Reads companies by id, by name; ids that are not in the ledger are left out. */
export async function readCompanies({ query }: Reader, ids: readonly string[]): Promise<Company[]> {
  const found = await Promise.all(ids.map((id) => query<CompanyRow>(companyById, [id])))
  const companies = found.flat().map((row) => ({
    ...row,
    marketplaces: JSON.parse(row.marketplaces) as string[],
    itemCount: integer(row.itemCount),
    warehouseCount: integer(row.warehouseCount),
  }))
  return companies.sort((a, b) => (a.name < b.name ? -1 : 1))
}
