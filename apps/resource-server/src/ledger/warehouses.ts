import { addDays } from '@neonpanel/database/ledger/days'
import { statement } from '@neonpanel/database/statement'
import type { Company } from './companies.ts'
import type { Reader } from './reader.ts'
import { integer, type Sum } from './sums.ts'

export interface Warehouse {
  readonly id: string
  readonly companyId: string
  readonly name: string
  readonly city: string
  readonly country: string
  readonly capacityUnits: number
}

/** Units that came from and went to the company's other warehouses. */
export interface Transferred {
  readonly unitsIn: number
  readonly unitsOut: number
}

const warehousesOfCompany = statement(
  'ledger_warehouses',
  `SELECT "id", "companyId", "name", "city", "country", "capacityUnits"
  FROM "Warehouse" WHERE "companyId" = $1 ORDER BY "name"`,
)

const transfersOfCompany = statement(
  'ledger_transfers',
  `SELECT "warehouseId", SUM("unitsIn") AS "unitsIn", SUM("unitsOut") AS "unitsOut" FROM (
    SELECT "toWarehouseId" AS "warehouseId", "quantity" AS "unitsIn", 0 AS "unitsOut"
    FROM "StockTransfer" WHERE "companyId" = $1 AND "movedOn" > $2
    UNION ALL
    SELECT "fromWarehouseId", 0, "quantity"
    FROM "StockTransfer" WHERE "companyId" = $1 AND "movedOn" > $2
  ) AS movement
  GROUP BY "warehouseId"`,
)

/** The warehouses of a company, by name. */
export function readWarehouses({ query }: Reader, companyId: string): Promise<Warehouse[]> {
  return query<Warehouse>(warehousesOfCompany, [companyId])
}

/** What moved between a company's warehouses in the last days, by warehouse id. */
export async function readTransfers(
  { query }: Reader,
  company: Company,
  days: number,
): Promise<Map<string, Transferred>> {
  const rows = await query<{ warehouseId: string; unitsIn: Sum; unitsOut: Sum }>(
    transfersOfCompany,
    [company.id, addDays(company.postedThrough, -days)],
  )
  return new Map(
    rows.map(({ warehouseId, unitsIn, unitsOut }) => [
      warehouseId,
      { unitsIn: integer(unitsIn), unitsOut: integer(unitsOut) },
    ]),
  )
}
