import { z } from 'zod'
import { readCompanies } from '../ledger/companies.ts'
import { type Report, readReports, reportKinds } from '../ledger/reports.ts'
import { searchBooks } from '../ledger/search-books.ts'
import { defineTool, isToolError, readsOnly, type ToolContext, toolError } from '../mcp/tool.ts'
import { chooseCompanies, companyInput, dayInput, reportInput } from './choices.ts'
import { didYouMean } from './did-you-mean.ts'
import { cursorInput, limitInput, type Order, pageOf, pageOutput } from './paging.ts'
import {
  drawProfitAndLoss,
  drawStockValuation,
  profitAndLossOutput,
  stockValuationOutput,
} from './report-figures.ts'

const reportFields = {
  id: z.string(),
  kind: z.enum(reportKinds),
  title: z.string(),
  company_id: z.string(),
  currency: z.string(),
  from: z.string(),
  to: z.string().describe('A stock valuation looks at the end of this day'),
}

const latestFirst: Order<Report> = {
  name: 'reports',
  descending: true,
  key: ({ period }) => period.to,
  id: ({ id }) => id,
}

export const listReports = defineTool({
  name: 'list_reports',
  title: 'List reports',
  description:
    'Lists the reports of the books, latest first: profit and loss by month and by quarter, and stock valuation at each ' +
    'month end. Open one with get_report.',
  scopes: ['read:reports'],
  annotations: readsOnly,
  input: z.strictObject({
    company_id: companyInput,
    kind: z.enum(reportKinds).optional().describe('Only this kind.'),
    from: dayInput.optional().describe('Only periods that end on this day or later, YYYY-MM-DD.'),
    to: dayInput.optional().describe('Only periods that end on this day or earlier, YYYY-MM-DD.'),
    limit: limitInput(),
    cursor: cursorInput,
  }),
  output: z.object({ reports: z.array(z.object(reportFields)), ...pageOutput }),
  async run(asked, context) {
    const companies = await chooseCompanies(context, asked.company_id)
    if (isToolError(companies)) return companies
    const reports = (await readReports(context.database, companies)).filter(
      ({ kind, period }) =>
        (asked.kind === undefined || kind === asked.kind) &&
        (asked.from === undefined || period.to >= asked.from) &&
        (asked.to === undefined || period.to <= asked.to),
    )
    const page = pageOf(reports, latestFirst, asked)
    if (isToolError(page)) return page
    return {
      reports: page.rows.map(describeReport),
      total_count: page.totalCount,
      next_cursor: page.nextCursor,
    }
  },
})

export const getReport = defineTool({
  name: 'get_report',
  title: 'Report',
  description:
    'Opens one report of list_reports. profit_and_loss: revenue, cost of goods sold, margin, fees and stock adjustments, ' +
    'by channel too. stock_valuation: units and value at FIFO landed cost, by warehouse and category.',
  scopes: ['read:reports'],
  annotations: readsOnly,
  input: z.strictObject({
    report_id: reportInput,
  }),
  output: z.object({
    ...reportFields,
    profit_and_loss: profitAndLossOutput.optional(),
    stock_valuation: stockValuationOutput.optional(),
  }),
  async run({ report_id }, context) {
    const report = await findReport(context, report_id)
    if (!report) {
      const companies = await readCompanies(context.database, context.companies)
      const near = await searchBooks(context.database, { reports: companies }, report_id)
      const meant = didYouMean(near)
      return toolError(`There is no report ${report_id}.${meant} Call list_reports for the ids.`)
    }
    return { ...describeReport(report), ...(await drawReport(context, report)) }
  },
})

/** A report of the companies of the call. */
export async function findReport(
  { database, companies }: ToolContext,
  id: string,
): Promise<Report | undefined> {
  const reports = await readReports(database, await readCompanies(database, companies))
  return reports.find((report) => report.id === id)
}

/** The figures of a report, under the name of its kind. */
export async function drawReport({ database }: ToolContext, report: Report) {
  return report.kind === 'profit_and_loss'
    ? { profit_and_loss: await drawProfitAndLoss(database, report) }
    : { stock_valuation: await drawStockValuation(database, report) }
}

export function describeReport({ id, kind, title, company, period }: Report) {
  return {
    id,
    kind,
    title,
    company_id: company.id,
    currency: company.currency,
    from: period.from,
    to: period.to,
  }
}
