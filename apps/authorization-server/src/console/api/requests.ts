import type Router from '@koa/router'
import type { Exchange } from '@neonpanel/process/exchanges'
import { faultServers } from '@neonpanel/process/faults'
import type { TestControls } from '@neonpanel/process/test-controls'
import { z } from 'zod'
import { readQuery } from './input.ts'

const filterSchema = z.object({
  server: z.enum(faultServers).optional(),
  method: z
    .string()
    .transform((method) => method.toUpperCase())
    .optional(),
  /** Exact, without the query. */
  path: z.string().optional(),
  status: z.coerce.number().int().optional(),
  correlation_id: z.string().optional(),
  /** The newest so many. */
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/**
 * `GET /requests`: the last exchanges of this process's servers, oldest first, secrets replaced by kind and length.
 * `DELETE /requests` forgets them.
 */
export function serveRequests(router: Router, { exchanges }: TestControls): void {
  router.get('/requests', (ctx) => {
    const { limit, ...filter } = readQuery(ctx, filterSchema)
    const matching = exchanges.list().filter((exchange) => matches(exchange, filter))
    ctx.body = { items: matching.slice(-limit).map(describeExchange), next_cursor: null }
  })
  router.delete('/requests', (ctx) => {
    exchanges.clear()
    ctx.status = 204
  })
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

function describeExchange(exchange: Exchange) {
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
