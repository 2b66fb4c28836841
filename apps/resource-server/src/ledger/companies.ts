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

/** How many companies one statement reads: hardly anybody has more. */
const idsPerStatement = 4

const companiesById = statement(
  'ledger_companies',
  `SELECT "id", "name", "currency", "country", "marketplaces", "postedThrough",
    (SELECT COUNT(*) FROM "Item" WHERE "companyId" = "Company"."id") AS "itemCount",
    (SELECT COUNT(*) FROM "Warehouse" WHERE "companyId" = "Company"."id") AS "warehouseCount"
  FROM "Company" WHERE "id" IN ($1, $2, $3, $4)`,
)

/** Reads companies by id, by name; ids that are not in the ledger are left out. */
export async function readCompanies({ query }: Reader, ids: readonly string[]): Promise<Company[]> {
  const found = await Promise.all(
    groupsOf(ids).map((group) => query<CompanyRow>(companiesById, group)),
  )
  const companies = found.flat().map((row) => ({
    ...row,
    marketplaces: JSON.parse(row.marketplaces) as string[],
    itemCount: integer(row.itemCount),
    warehouseCount: integer(row.warehouseCount),
  }))
  return companies.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Groups of the size that the statement takes; a last one that is smaller names its first id again. */
function groupsOf(ids: readonly string[]): string[][] {
  const distinct = [...new Set(ids)]
  const starts = Array.from(
    { length: Math.ceil(distinct.length / idsPerStatement) },
    (_, group) => group * idsPerStatement,
  )
  return starts.map((start) =>
    Array.from({ length: idsPerStatement }, (_, at) => distinct[start + at] ?? distinct[start]!),
  )
}
