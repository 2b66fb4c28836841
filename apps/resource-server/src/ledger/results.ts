import type { Day } from '@neonpanel/database/ledger/days'
import { statement } from '@neonpanel/database/statement'
import type { Company } from './companies.ts'
import { type Period, type PeriodKind, periodOf, periodsBetween } from './periods.ts'
import type { Reader } from './reader.ts'
import { integer, type Sum } from './sums.ts'

/** What selling brought and cost, in minor units. */
export interface Result {
  readonly orders: number
  readonly units: number
  readonly grossMinor: number
  readonly refundMinor: number
  readonly feesMinor: number
  /** Cost of goods sold, first in, first out. */
  readonly costMinor: number
}

/** One channel's result of one day. */
export interface DayResult extends Result {
  readonly day: Day
  readonly channel: string
}

export interface PeriodResult extends Result {
  readonly period: Period
  /** Null where the channels are taken together. */
  readonly channel: string | null
}

export interface ResultsQuestion {
  readonly from: Day
  /** Included. */
  readonly to: Day
  readonly itemId?: string | undefined
  readonly warehouseId?: string | undefined
}

const sums = `"soldOn" AS "day", "channel", SUM("orders") AS "orders", SUM("quantity") AS "units",
  SUM("grossMinor") AS "grossMinor", SUM("refundMinor") AS "refundMinor", SUM("feesMinor") AS "feesMinor",
  SUM("costMinor") AS "costMinor"`

const salesOfCompany = statement(
  'ledger_sales_of_company',
  `SELECT ${sums} FROM "Sale"
  WHERE "companyId" = $1 AND "soldOn" >= $2 AND "soldOn" <= $3
  GROUP BY "soldOn", "channel" ORDER BY "soldOn", "channel"`,
)

const salesOfItem = statement(
  'ledger_sales_of_item',
  `SELECT ${sums} FROM "Sale"
  WHERE "itemId" = $4 AND "companyId" = $1 AND "soldOn" >= $2 AND "soldOn" <= $3
    AND ($5::text IS NULL OR "warehouseId" = $5)
  GROUP BY "soldOn", "channel" ORDER BY "soldOn", "channel"`,
)

type DayRow = { day: Day; channel: string } & Record<keyof Result, Sum>

/** A company's results by day and channel; of one item, when asked, and then of one warehouse. */
export async function readResults(
  { query }: Reader,
  company: Company,
  { from, to, itemId, warehouseId }: ResultsQuestion,
): Promise<DayResult[]> {
  const range = [company.id, from, to]
  const rows =
    itemId === undefined
      ? await query<DayRow>(salesOfCompany, range)
      : await query<DayRow>(salesOfItem, [...range, itemId, warehouseId ?? null])
  return rows.map((row) => ({
    day: row.day,
    channel: row.channel,
    orders: integer(row.orders),
    units: integer(row.units),
    grossMinor: integer(row.grossMinor),
    refundMinor: integer(row.refundMinor),
    feesMinor: integer(row.feesMinor),
    costMinor: integer(row.costMinor),
  }))
}

/**
 * Puts days into periods. Every period of the range has its row, and within it every channel that sold in the range:
 * a month without sales is a zero, not a gap.
 */
export function resultsByPeriod(
  days: readonly DayResult[],
  { from, to }: { readonly from: Day; readonly to: Day },
  kind: PeriodKind,
  byChannel: boolean,
): PeriodResult[] {
  const channels = byChannel ? [...new Set(days.map((day) => day.channel))].sort() : [null]
  const parts = Map.groupBy(days, ({ day, channel }) =>
    byChannel ? `${periodOf(day, kind).label} ${channel}` : `${periodOf(day, kind).label} null`,
  )
  return periodsBetween(from, to, kind).flatMap((period) =>
    channels.map((channel) => ({
      period,
      channel,
      ...sumResults(parts.get(`${period.label} ${channel}`) ?? []),
    })),
  )
}

/** The whole of some days by channel, by name. */
export function resultsByChannel(days: readonly DayResult[]): ({ channel: string } & Result)[] {
  return [...Map.groupBy(days, (day) => day.channel)]
    .map(([channel, parts]) => ({ channel, ...sumResults(parts) }))
    .sort((a, b) => (a.channel < b.channel ? -1 : 1))
}

export function sumResults(parts: readonly Result[]): Result {
  const total = { orders: 0, units: 0, grossMinor: 0, refundMinor: 0, feesMinor: 0, costMinor: 0 }
  for (const part of parts) {
    total.orders += part.orders
    total.units += part.units
    total.grossMinor += part.grossMinor
    total.refundMinor += part.refundMinor
    total.feesMinor += part.feesMinor
    total.costMinor += part.costMinor
  }
  return total
}
