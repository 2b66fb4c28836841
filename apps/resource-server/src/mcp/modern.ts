import { createMcpHandler } from '@modelcontextprotocol/server'
import type { Log } from '@neonpanel/process/log'
import type { McpContext } from '../request-state.ts'
import { holdsNeededScopes, type NeededScopes } from '../require-access-token.ts'
import { handOver } from './hand-over.ts'
import { messageOf } from './request-era.ts'
import type { McpServers } from './server.ts'

/**
 * Revision 2026-07-28: every request stands for itself and is answered by a server of its own. The `Mcp-Name` header,
 * which the SDK compares with the body, says which tool that server needs.
 */
export function createModernTransport({
  servers,
  neededScopes,
  log,
}: {
  servers: McpServers
  neededScopes: NeededScopes
  log: Log
}) {
  const handler = createMcpHandler(
    ({ requestInfo }) => servers.create(calledTool(requestInfo?.headers)),
    { legacy: 'reject', onerror: (error) => log.debug({ err: error }, 'request refused') },
  )
  return {
    async answer(ctx: McpContext) {
      const body = messageOf(ctx)
      if (holdsNeededScopes(ctx, neededScopes(body))) await handOver(ctx, handler.fetch, { body })
    },
    close: () => handler.close(),
  }
}

/** The header, which the SDK compares with the body, names a prompt or a resource in other methods. */
function calledTool(headers: Headers | undefined): string | null | undefined {
  return headers?.get('Mcp-Method') === 'tools/call' ? headers.get('Mcp-Name') : undefined
}
