import { z } from 'zod'
import type { Company } from '../ledger/companies.ts'
import {
  type DayResult,
  readResults,
  resultsByChannel,
  resultsByPeriod,
  sumResults,
} from '../ledger/results.ts'
import { defineTool, isToolError, readsOnly, type ToolContext } from '../mcp/tool.ts'
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

const input = z.strictObject({
  company_id: companyInput,
  item_id: itemInput.optional().describe('Only this item: its id or SKU.'),
  period: periodInput,
  from: fromInput,
  to: toInput,
  by_channel: z
    .boolean()
    .default(true)
    .describe('One row per period and channel; false: one row per period.'),
})

export const getRevenueAndCogs = defineTool({
  name: 'get_revenue_and_cogs',
  title: 'Revenue and cost of goods sold',
  description:
    'Revenue, refunds, fees, cost of goods sold and margin by period and sales channel, per company in its own ' +
    'currency, with totals. Narrow it with company_id, a range, a longer period or by_channel=false when the answer is ' +
    'large. For a ready profit and loss statement use list_reports and get_report.',
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
    const sections = []
    for (const { company, itemId } of companies) {
      const range = chooseRange(company, asked)
      if (isToolError(range)) return range
      const days = await readResults(context.database, company, { ...range, itemId })
      sections.push(describeCompany(company, range, days, asked))
    }
    return { companies: sections }
  },
})

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

function describeCompany(
  { id, name, currency }: Company,
  range: { from: string; to: string },
  days: readonly DayResult[],
  { period: kind, by_channel }: z.output<typeof input>,
) {
  const rows = resultsByPeriod(days, range, kind, by_channel)
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
