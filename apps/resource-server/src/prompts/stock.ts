import { addDays } from '@neonpanel/database/ledger/days'
import { periodOf } from '../ledger/periods.ts'
import { callOf, type Prompt } from '../mcp/prompt.ts'
import { monthName } from './months.ts'

export const itemsRunningOut: Prompt = {
  name: 'items_running_out',
  title: 'Show inventory items that run out next month',
  description:
    'The items whose available units are gone by the end of a month, the next one unless said otherwise.',
  arguments: { company: 'optional', month: 'optional' },
  write({ company, companyName, month, today }) {
    const { from, to } = month ?? periodOf(addDays(periodOf(today, 'month').to, 1), 'month')
    const call = callOf('get_inventory_items', {
      company_id: company?.id,
      runs_out_before: addDays(to, 1),
      limit: 50,
    })
    return `Which inventory items of ${companyName} run out in ${monthName(from)}?

Call ${call}. Follow next_cursor with the same arguments until it is null.
Answer with a table, earliest first: SKU, name, available units, runs_out_on, inbound units, next_arrival_on.
Put items that run out before ${from} under a heading of their own: they are the urgent ones.
Mark each item whose inbound units arrive only after it has run out, and say that the forecast takes the pace of the last 30 days, without seasons.`
  },
}

export const whatToReorder: Prompt = {
  name: 'what_to_reorder',
  title: 'What should I reorder?',
  description: 'What to order by when, so that nothing runs out before the next delivery.',
  arguments: { company: 'optional' },
  write({ company, companyName }) {
    const call = callOf('get_analytics', {
      company_id: company?.id,
      sort: 'reorder_first',
      limit: 50,
    })
    return `What should ${companyName} reorder, and by when?

Call ${call}. Items come by the day by which to order; follow next_cursor only while the last item still has a reorder.
Answer with a table of the items that have one: SKU, name, days of cover, runs_out_on, inbound units, units to order, order_by.
Begin with what is already late: order_by on or before as_of. Name the items that are out of stock and sell, and end with the total number of items to order.`
  },
}
