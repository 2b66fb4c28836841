import type { TestControls } from '@neonpanel/faults/test-controls'
import type { Exchange } from '@neonpanel/process/exchanges'
import { serverNames } from '@neonpanel/process/server-name'
import { z } from 'zod'
import { isoTimeSchema, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'

const filterSchema = z.object({
  server: z.enum(serverNames).optional(),
  method: z
    .string()
    .transform((method) => method.toUpperCase())
    .optional(),
  path: z.string().optional().describe('Exact, without the query'),
  status: z.coerce.number().int().optional(),
  correlation_id: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('The newest so many'),
})

const messageSchema = z.object({
  headers: z.record(z.string(), z.unknown()),
  body: z.unknown().optional(),
})

const exchangeSchema = z
  .object({
    id: z.string(),
    server: z.enum(serverNames),
    correlation_id: z.string().nullable(),
    at: isoTimeSchema,
    duration_ms: z.number(),
    method: z.string(),
    path: z.string(),
    url: z.string(),
    status: z.int().nullable().describe('null: the connection ended before an answer'),
    request: messageSchema,
    response: messageSchema,
  })
  .meta({ id: 'Exchange' })

/** The last exchanges of this process's servers, oldest first, secrets replaced by kind and length. */
export function requestOperations({ exchanges }: TestControls): Operation[] {
  const tag = 'Test controls'
  return [
    operation({
      id: 'listRequests',
      method: 'get',
      path: '/requests',
      tag,
      summary: 'What both servers were sent and answered, oldest first',
      query: filterSchema,
      answer: listSchema(exchangeSchema),
      run({ query: { limit, ...filter } }) {
        const matching = exchanges.list().filter((exchange) => matches(exchange, filter))
        return { items: matching.slice(-limit).map(describeExchange), next_cursor: null }
      },
    }),
    operation({
      id: 'forgetRequests',
      method: 'delete',
      path: '/requests',
      tag,
      summary: 'Forget what was recorded',
      run: () => exchanges.clear(),
    }),
  ]
}

function matches(exchange: Exchange, filter: Omit<z.output<typeof filterSchema>, 'limit'>) {
  return (
    (filter.server ?? exchange.server) === exchange.server &&
    (filter.method ?? exchange.method) === exchange.method &&
    (filter.path ?? pathOf(exchange)) === pathOf(exchange) &&
    (filter.status ?? exchange.status) === exchange.status &&
    (filter.correlation_id ?? exchange.correlationId) === exchange.correlationId
  )
}

const pathOf = ({ url }: Exchange) => url.split('?')[0]!

function describeExchange(exchange: Exchange): z.output<typeof exchangeSchema> {
  return {
    id: exchange.id,
    server: exchange.server,
    correlation_id: exchange.correlationId ?? null,
    at: exchange.startedAt.toISOString(),
    duration_ms: exchange.durationMs,
    method: exchange.method,
    path: pathOf(exchange),
    url: exchange.url,
    status: exchange.status ?? null,
    request: exchange.request,
    response: exchange.response,
  }
}
