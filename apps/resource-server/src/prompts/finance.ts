import { addDays, type Day } from '@neonpanel/database/ledger/days'
import { type Period, periodOf } from '../ledger/periods.ts'
import { callOf, type Prompt } from '../mcp/prompt.ts'
import { monthName } from './months.ts'

export const marginByChannel: Prompt = {
  name: 'margin_by_channel',
  title: 'Show my margin by sales channel',
  description:
    'Revenue, cost of goods sold and margin of a month by sales channel, the last full one unless said otherwise.',
  arguments: { company: 'optional', month: 'optional' },
  write({ company, companyName, month, today }) {
    const asked = month ?? lastFullMonth(today)
    const before = periodOf(addDays(asked.from, -1), 'month')
    const call = callOf('get_revenue_and_cogs', {
      company_id: company?.id,
      period: 'month',
      from: before.from,
      to: asked.to,
      by_channel: true,
    })
    return `What was the margin of ${companyName} by sales channel in ${monthName(asked.from)}?

Call ${call}.
Answer with a table of ${monthName(asked.from)}, best margin first: channel, net revenue, cogs, gross profit, gross_margin_percent, fees, contribution; the total in the last row. Keep companies apart: their currencies may differ.
Then say in two sentences which channel earns most after fees, and what changed most against ${monthName(before.from)}.`
  },
}

export const itemLandedCost: Prompt = {
  name: 'item_landed_cost',
  title: 'What does an item really cost me?',
  description: 'The landed cost of one unit by shipment: goods, freight, duty and the rest.',
  arguments: { item: 'required' },
  write({ item }) {
    const call = callOf('get_item_landed_cost', { item_id: item })
    return `What does one unit of ${item} cost when it has arrived?

Call ${call}. If there is no such item, find it with ${callOf('search', { query: item })} and use the id of the best result.
Answer with a table, latest shipment first: shipment, received or expected day, units, and per unit the goods, each charge and the landed cost.
Then say what share the charges have in the landed cost, and how it moved from the oldest shipment to the latest.`
  },
}

export const monthReview: Prompt = {
  name: 'month_review',
  title: 'How did the month go?',
  description:
    'The profit and loss statement of a month beside the month before, the last full one unless said otherwise.',
  arguments: { company: 'optional', month: 'optional' },
  write({ company, companyName, month, today }) {
    const asked = month ?? lastFullMonth(today)
    const before = periodOf(addDays(asked.from, -1), 'month')
    const list = callOf('list_reports', {
      company_id: company?.id,
      kind: 'profit_and_loss',
      from: before.to,
      to: asked.to,
    })
    return `How did ${monthName(asked.from)} go for ${companyName}?

Call ${list}, and get_report with the report_id of each statement that covers one month: ${before.label} and ${asked.label}.
Answer with both months side by side and the change: net revenue, cogs, gross profit, gross_margin_percent, fees, contribution, stock adjustments, operating result. Keep companies apart: their currencies may differ.
Then name the two or three lines and channels that explain most of the change.`
  },
}

export const stockValue: Prompt = {
  name: 'stock_value',
  title: 'What is my stock worth?',
  description:
    'The value of the stock at a month end, by warehouse and category, the last full month unless said otherwise.',
  arguments: { company: 'optional', month: 'optional' },
  write({ company, companyName, month, today }) {
    const asked = month ?? lastFullMonth(today)
    const list = callOf('list_reports', {
      company_id: company?.id,
      kind: 'stock_valuation',
      from: asked.from,
      to: asked.to,
    })
    return `What was the stock of ${companyName} worth at the end of ${monthName(asked.from)}?

Call ${list}, and get_report with the report_id of each valuation.
Answer with the total and two tables, by warehouse and by category: units, value and share of the total. Name the items that hold most value. Keep companies apart: their currencies may differ.`
  },
}

function lastFullMonth(today: Day): Period {
  const current = periodOf(today, 'month')
  return current.to === today ? current : periodOf(addDays(current.from, -1), 'month')
}
