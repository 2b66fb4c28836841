import type { Day } from '@neonpanel/database/ledger/days'
import { statement } from '@neonpanel/database/statement'
import type { Reader } from './reader.ts'
import { integer, type Sum } from './sums.ts'

/** What lay in a warehouse at the end of a day, at cost. */
export interface StockValue {
  readonly itemId: string
  readonly warehouseId: string
  readonly units: number
  readonly valueMinor: number
}

const stockValue = statement(
  'ledger_stock_value',
  `SELECT "itemId", "warehouseId", SUM("units") AS "units", SUM("valueMinor") AS "valueMinor" FROM (
    SELECT "itemId", "warehouseId", "quantity" AS "units", "costMinor" AS "valueMinor"
    FROM "CostLayer" WHERE "companyId" = $1 AND "receivedOn" <= $2
    UNION ALL
    SELECT "itemId", "warehouseId", -"quantity", -"costMinor"
    FROM "Sale" WHERE "companyId" = $1 AND "soldOn" <= $2
    UNION ALL
    SELECT "itemId", "fromWarehouseId", -"quantity", -"costMinor"
    FROM "StockTransfer" WHERE "companyId" = $1 AND "movedOn" <= $2
    UNION ALL
    SELECT "itemId", "warehouseId", "quantity", "costMinor"
    FROM "StockAdjustment" WHERE "companyId" = $1 AND "adjustedOn" <= $2 AND "quantity" < 0
  ) AS posting
  GROUP BY "itemId", "warehouseId" HAVING SUM("units") <> 0
  ORDER BY "itemId", "warehouseId"`,
)

/** The value of a company's stock at the end of a day: all that came in by then less all that went out, at cost. */
export async function readStockValue(
  { query }: Reader,
  companyId: string,
  day: Day,
): Promise<StockValue[]> {
  type Row = { itemId: string; warehouseId: string; units: Sum; valueMinor: Sum }
  const rows = await query<Row>(stockValue, [companyId, day])
  return rows.map((row) => ({
    itemId: row.itemId,
    warehouseId: row.warehouseId,
    units: integer(row.units),
    valueMinor: integer(row.valueMinor),
  }))
}

const adjustments = statement(
  'ledger_adjustments',
  `SELECT SUM("costMinor") AS "costMinor" FROM "StockAdjustment"
  WHERE "companyId" = $1 AND "adjustedOn" >= $2 AND "adjustedOn" <= $3`,
)

/** What counting stock changed its value by, in minor units: negative for losses. */
export async function readAdjustmentValue(
  { query }: Reader,
  companyId: string,
  from: Day,
  to: Day,
): Promise<number> {
  const rows = await query<{ costMinor: Sum }>(adjustments, [companyId, from, to])
  return integer(rows[0]?.costMinor ?? 0)
}
