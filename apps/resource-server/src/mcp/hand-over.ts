import {
  type FetchLikeMcpHandler,
  type NodeMcpRequestHandler,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import type { Log } from '@neonpanel/process/log'
import type { McpContext } from '../request-state.ts'
import { endWithToken } from './open-answer.ts'
import { authInfoOf } from './server.ts'

/** Makes one of the SDK's web-standard handlers answer Node requests. */
export function nodeHandler(handler: FetchLikeMcpHandler, log: Log): NodeMcpRequestHandler {
  return toNodeHandler(handler, {
    onerror: (error) => log.error({ err: error }, 'MCP handler failed'),
  })
}

/**
 * Lets the SDK answer a request on the raw response; Koa's headers stay. The handler sees neither the bearer token nor
 * who else is behind the request: only what `Caller` says.
 *
 * @param body the parsed body of a POST
 * @param end how to close the answer when the token dies meanwhile; without it the connection is cut
 */
export async function handOver(
  ctx: McpContext,
  handler: NodeMcpRequestHandler,
  { body, end }: { body?: unknown; end?: () => void } = {},
) {
  ctx.respond = false
  endWithToken(ctx, end ?? (() => ctx.res.destroy()))
  const { authorization: _kept, ...headers } = ctx.req.headers
  const request = {
    method: ctx.method,
    url: ctx.req.url ?? '/',
    headers: { ...headers, accept: lenientAccept(headers.accept) },
    auth: authInfoOf(ctx.state, ctx.state.resource.identifier),
    async *[Symbol.asyncIterator]() {},
  }
  await handler(request, ctx.res, body)
}

/** The SDK looks for both types by name; whoever accepts anything accepts them. */
function lenientAccept(accept: string | undefined): string {
  const anything = accept === undefined || /(?:^|,)\s*\*\/\*/.test(accept)
  return anything ? 'application/json, text/event-stream' : accept
}
