import type { Day } from '@neonpanel/database/ledger/days'
import { statement } from '@neonpanel/database/statement'
import type { Company } from './companies.ts'
import { type Period, periodsBetween } from './periods.ts'
import type { Reader } from './reader.ts'

export const reportKinds = ['profit_and_loss', 'stock_valuation'] as const

export type ReportKind = (typeof reportKinds)[number]

/** A report that can be drawn from the books; its figures are read when it is opened. */
export interface Report {
  /** `<kind>.<company id>.<period>`. */
  readonly id: string
  readonly kind: ReportKind
  readonly title: string
  readonly company: Company
  /** A valuation looks at the end of its last day. */
  readonly period: Period
}

const firstPosting = statement(
  'ledger_first_posting',
  'SELECT MIN("receivedOn") AS "day" FROM "CostLayer" WHERE "companyId" = $1',
)

/** The reports of some companies, latest period first: each month and quarter that has postings. */
export async function readReports(
  { query }: Reader,
  companies: readonly Company[],
): Promise<Report[]> {
  const lists = await Promise.all(
    companies.map(async (company) => {
      const [row] = await query<{ day: Day | null }>(firstPosting, [company.id])
      return row?.day ? reportsOf(company, row.day) : []
    }),
  )
  return lists.flat().sort(latestFirst)
}

/** The reports of a company whose books begin on a day. */
export function reportsOf(company: Company, firstDay: Day): Report[] {
  const today = company.postedThrough
  const months = periodsBetween(firstDay, today, 'month')
  const quarters = periodsBetween(firstDay, today, 'quarter')
  return [
    ...[...months, ...quarters].map((period) => report('profit_and_loss', company, period)),
    ...months.map((period) => report('stock_valuation', company, period)),
  ]
}

function report(kind: ReportKind, company: Company, period: Period): Report {
  return {
    id: `${kind}.${company.id}.${period.label}`,
    kind,
    title: `${titles[kind]}, ${periodName(kind, period)} – ${company.name}`,
    company,
    period,
  }
}

const titles: Record<ReportKind, string> = {
  profit_and_loss: 'Profit and loss',
  stock_valuation: 'Stock valuation',
}

const monthName = new Intl.DateTimeFormat('en-GB', {
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})

function periodName(kind: ReportKind, { label, from, to }: Period): string {
  if (kind === 'stock_valuation')
    return `${Number(to.slice(8))} ${monthName.format(Date.parse(to))}`
  if (label.includes('Q')) return `${label.slice(5)} ${label.slice(0, 4)}`
  return monthName.format(Date.parse(from))
}

function latestFirst(a: Report, b: Report): number {
  if (a.period.to !== b.period.to) return a.period.to < b.period.to ? 1 : -1
  return a.id < b.id ? -1 : 1
}
