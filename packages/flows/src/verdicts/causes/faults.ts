import { anyOf, at, ever, type Find, value } from '../evidence.ts'
import { header } from '../messages.ts'
import { thread } from '../sources.ts'
import type { Cause } from '../verdict.ts'

/** Tells which fault, also where the story went well nevertheless. */
const struck: Find = (story) => {
  const exchange = story.exchanges.find(({ response }) => faultOf(response?.headers))
  return exchange && at(exchange, { values: { got: faultOf(exchange.response?.headers) ?? '' } })
}

const faultOf = (headers: Parameters<typeof header>[0]) => header(headers, 'x-fault')

/** Failures that somebody asked for come first: nothing else in their story means what it seems to. */
export const faultCauses: readonly Cause[] = [
  {
    id: 'fault_injected',
    title: 'A fault was injected on purpose',
    isAdvisory: true,
    says: (evidence) =>
      `The server broke this exchange because a fault is switched on: ${value(evidence, 'got') ?? 'see Faults'}. What follows from it says nothing about the client or the server without it.`,
    fix: () =>
      'Whoever runs the test turns the fault off in the console under Faults, or with DELETE /console/api/faults, and connects again.',
    source: thread('getsentry/junior', 838),
    find: anyOf(ever('fault_injected'), struck),
  },
]
