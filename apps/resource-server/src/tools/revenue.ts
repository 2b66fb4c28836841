import { z } from 'zod'
import type { Company } from '../ledger/companies.ts'
import type { PeriodKind } from '../ledger/periods.ts'
import {
  type DayResult,
  readResults,
  resultsByChannel,
  resultsByPeriod,
  sumResults,
} from '../ledger/results.ts'
import {
  defineTool,
  isToolError,
  readsOnly,
  type ToolContext,
  type ToolError,
  toolError,
} from '../mcp/tool.ts'
import {
  chooseCompanies,
  chooseItem,
  chooseRange,
  companyInput,
  fromInput,
  itemInput,
  periodInput,
  toInput,
} from './choices.ts'
import { describeResult, resultFields } from './figures.ts'

/** Rows of an answer by channel when nobody asked for channels. */
const usualRows = 48

/** Rows of an answer, whatever was asked: about 50 KB. */
const maximumRows = 96

const input = z.strictObject({
  company_id: companyInput,
  item_id: itemInput.optional().describe('Only this item: its id or SKU.'),
  period: periodInput,
  from: fromInput,
  to: toInput,
  by_channel: z
    .boolean()
    .optional()
    .describe(
      `true: one row per period and channel; false: one row per period. Default: true while that is at most ${usualRows} rows.`,
    ),
})

export const getRevenueAndCogs = defineTool({
  name: 'get_revenue_and_cogs',
  title: 'Revenue and cost of goods sold',
  description:
    'Revenue, refunds, fees, cost of goods sold and margin by period and sales channel, per company in its own ' +
    'currency, with totals. For a ready profit and loss statement use list_reports and get_report.',
  scopes: ['read:revenue', 'read:cogs'],
  annotations: readsOnly,
  input,
  output: z.object({
    companies: z.array(
      z.object({
        company_id: z.string(),
        name: z.string(),
        currency: z.string(),
        from: z.string(),
        to: z.string(),
        rows: z.array(
          z.object({
            period: z.string().describe('2026-10-31, 2026-W44, 2026-10 or 2026-Q4'),
            channel: z.string().nullable().describe('null: all channels'),
            ...resultFields,
          }),
        ),
        channels: z
          .array(z.object({ channel: z.string(), ...resultFields }))
          .describe('Totals of the range by channel'),
        total: z.object(resultFields),
      }),
    ),
  }),
  async run(asked, context) {
    const companies = await companiesOf(asked, context)
    if (isToolError(companies)) return companies
    const sections: Section[] = []
    for (const { company, itemId } of companies) {
      const range = chooseRange(company, asked)
      if (isToolError(range)) return range
      const days = await readResults(context.database, company, { ...range, itemId })
      sections.push({ company, range, days })
    }
    const chosen = chooseRows(sections, asked)
    if (isToolError(chosen)) return chosen
    return { companies: sections.map((section) => describeSection(section, chosen)) }
  },
})

/** What is answered of one company. */
interface Section {
  readonly company: Company
  readonly range: { readonly from: string; readonly to: string }
  readonly days: readonly DayResult[]
}

interface Rows {
  readonly period: PeriodKind
  readonly byChannel: boolean
}

/** What there is a row for, so that there are no more than a model can read. */
function chooseRows(
  sections: readonly Section[],
  { by_channel, period }: z.output<typeof input>,
): Rows | ToolError {
  const rowCount = (byChannel: boolean) =>
    sections.reduce(
      (sum, { days, range }) => sum + resultsByPeriod(days, range, period, byChannel).length,
      0,
    )
  const byChannel = by_channel ?? rowCount(true) <= usualRows
  const rows = rowCount(byChannel)
  if (rows <= maximumRows) return { period, byChannel }
  return toolError(
    `That would be ${rows} rows; an answer has at most ${maximumRows}. Choose a longer period or a shorter range` +
      `${sections.length > 1 ? ', one company with company_id' : ''}${byChannel ? ', or by_channel=false' : ''}.`,
  )
}

/** The companies of the call; with an item only its own. */
async function companiesOf(asked: z.output<typeof input>, context: ToolContext) {
  const companies = await chooseCompanies(context, asked.company_id)
  if (isToolError(companies)) return companies
  if (asked.item_id === undefined) {
    return companies.map((company) => ({ company, itemId: undefined }))
  }
  const chosen = await chooseItem(
    { ...context, companies: companies.map(({ id }) => id) },
    asked.item_id,
  )
  if (isToolError(chosen)) return chosen
  return [{ company: chosen.company, itemId: chosen.item.id }]
}

function describeSection(
  { company: { id, name, currency }, range, days }: Section,
  { period, byChannel }: Rows,
) {
  const rows = resultsByPeriod(days, range, period, byChannel)
  return {
    company_id: id,
    name,
    currency,
    ...range,
    rows: rows.map(({ period, channel, ...result }) => ({
      period: period.label,
      channel,
      ...describeResult(result, currency),
    })),
    channels: resultsByChannel(days).map(({ channel, ...result }) => ({
      channel,
      ...describeResult(result, currency),
    })),
    total: describeResult(sumResults(days), currency),
  }
}
