import { addDays, type Day } from '@neonpanel/database/ledger/days'
import { statement } from '@neonpanel/database/statement'
import type { Company } from './companies.ts'
import { type Forecast, forecast } from './forecast.ts'
import { type Item, readItems } from './items.ts'
import type { Reader } from './reader.ts'
import { integer, type Sum } from './sums.ts'

/** Units of an item, in one warehouse or in several. */
export interface Units {
  readonly onHand: number
  /** Promised to open orders, and still on hand. */
  readonly reserved: number
  /** On shipments that are under way. */
  readonly inbound: number
  readonly nextArrivalOn: Day | null
  /** In the days that were asked about. */
  readonly unitsSold: number
}

export interface WarehouseUnits extends Units {
  readonly itemId: string
  readonly warehouseId: string
}

/** An item with its stock and its outlook. */
export interface Position extends Units {
  readonly item: Item
  readonly company: Company
  readonly warehouses: readonly WarehouseUnits[]
  readonly forecast: Forecast
}

export interface StockQuestion {
  /** The days before the books' today from which the pace is taken. */
  readonly windowDays: number
  /** Only what lies in, moves to and is sold from this one. */
  readonly warehouseId?: string | undefined
}

/** The pace is taken from the last month unless asked otherwise. */
export const usualWindowDays = 30

const stockOfCompany = statement(
  'ledger_stock',
  `SELECT "itemId", "warehouseId", SUM("onHand") AS "onHand", SUM("reserved") AS "reserved",
    SUM("inbound") AS "inbound", MIN("arrivesOn") AS "nextArrivalOn", SUM("sold") AS "unitsSold"
  FROM (
    SELECT "itemId", "warehouseId", "remainingQuantity" AS "onHand", 0 AS "reserved", 0 AS "inbound",
      NULL::text AS "arrivesOn", 0 AS "sold"
    FROM "CostLayer" WHERE "companyId" = $1 AND "remainingQuantity" > 0
    UNION ALL
    SELECT "itemId", "warehouseId", 0, "quantity", 0, NULL::text, 0
    FROM "StockReservation" WHERE "companyId" = $1
    UNION ALL
    SELECT line."itemId", shipment."warehouseId", 0, 0, line."quantity", shipment."expectedOn", 0
    FROM "Shipment" AS shipment JOIN "ShipmentLine" AS line ON line."shipmentId" = shipment."id"
    WHERE shipment."companyId" = $1 AND shipment."status" = 'in_transit'
    UNION ALL
    SELECT "itemId", "warehouseId", 0, 0, 0, NULL::text, "quantity"
    FROM "Sale" WHERE "companyId" = $1 AND "soldOn" > $2
  ) AS movement
  GROUP BY "itemId", "warehouseId"
  ORDER BY "itemId", "warehouseId"`,
)

interface StockRow {
  itemId: string
  warehouseId: string
  onHand: Sum
  reserved: Sum
  inbound: Sum
  nextArrivalOn: Day | null
  unitsSold: Sum
}

/** What lies in each warehouse of a company, by item; items without any stock or movement are left out. */
export async function readStock(
  { query }: Reader,
  { id, postedThrough }: Company,
  { windowDays, warehouseId }: StockQuestion,
): Promise<WarehouseUnits[]> {
  const rows = await query<StockRow>(stockOfCompany, [id, addDays(postedThrough, -windowDays)])
  return rows
    .filter((row) => warehouseId === undefined || row.warehouseId === warehouseId)
    .map((row) => ({
      itemId: row.itemId,
      warehouseId: row.warehouseId,
      onHand: integer(row.onHand),
      reserved: integer(row.reserved),
      inbound: integer(row.inbound),
      nextArrivalOn: row.nextArrivalOn,
      unitsSold: integer(row.unitsSold),
    }))
}

/** Every item of a company with its stock and outlook, by SKU; with a warehouse only what that one has to do with. */
export async function readPositions(
  database: Reader,
  company: Company,
  question: StockQuestion,
): Promise<Position[]> {
  const [items, stock] = await Promise.all([
    readItems(database, company.id),
    readStock(database, company, question),
  ])
  const byItem = Map.groupBy(stock, (units) => units.itemId)
  const positions = items.map((item) => {
    const warehouses = byItem.get(item.id) ?? []
    const total = sumUnits(warehouses)
    const { windowDays } = question
    const { leadTimeDays } = item
    const outlook = forecast(company.postedThrough, { ...total, windowDays, leadTimeDays })
    return { item, company, warehouses, ...total, forecast: outlook }
  })
  if (question.warehouseId === undefined) return positions
  return positions.filter((position) => position.warehouses.length > 0)
}

export function sumUnits(parts: readonly Units[]): Units {
  const total = {
    onHand: 0,
    reserved: 0,
    inbound: 0,
    nextArrivalOn: null as Day | null,
    unitsSold: 0,
  }
  for (const part of parts) {
    total.onHand += part.onHand
    total.reserved += part.reserved
    total.inbound += part.inbound
    total.unitsSold += part.unitsSold
    total.nextArrivalOn = earlier(total.nextArrivalOn, part.nextArrivalOn)
  }
  return total
}

function earlier(a: Day | null, b: Day | null): Day | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}
