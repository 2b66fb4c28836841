import { createMcpHandler } from '@modelcontextprotocol/server'
import type { Log } from '@neonpanel/process/log'
import type { McpContext } from '../request-state.ts'
import { holdsNeededScopes, type NeededScopes } from '../require-access-token.ts'
import type { Changes } from './changes.ts'
import { handOver } from './hand-over.ts'
import { createListenStreams, isListenRequest } from './listen.ts'
import { messageOf } from './request-era.ts'
import type { McpServers } from './server.ts'
import type { ComposedParts } from './server-part.ts'
import type { Tasks } from './tasks/tasks.ts'

/**
 * Revision 2026-07-28: every request stands for itself and is answered by a server of its own. The `Mcp-Name` header,
 * which the SDK compares with the body, says which tool that server needs.
 */
export function createModernTransport({
  servers,
  changes,
  mayWatch,
  tasks,
  neededScopes,
  log,
}: {
  servers: McpServers
  changes: Changes
  mayWatch: ComposedParts['mayWatch']
  tasks: Tasks
  neededScopes: NeededScopes
  log: Log
}) {
  const onerror = (error: Error) => log.debug({ err: error }, 'request refused')
  const handler = createMcpHandler(
    ({ requestInfo }) => {
      const server = servers.create(calledTool(requestInfo?.headers))
      tasks.extend(server, requestInfo)
      return server
    },
    { legacy: 'reject', onerror },
  )
  const answerCall = tasks.around(handler.fetch)
  const listening = createListenStreams({ servers, changes, mayWatch, tasks, onerror })
  return {
    async answer(ctx: McpContext) {
      const body = messageOf(ctx)
      if (!(await holdsNeededScopes(ctx, neededScopes(body)))) return
      if (isListenRequest(body)) await listening.answer(ctx, body)
      else await handOver(ctx, answerCall, { body })
    },
    countListening: listening.count,
    async close() {
      await tasks.close()
      await Promise.all([handler.close(), listening.close()])
    },
  }
}

/** The header, which the SDK compares with the body, names a prompt or a resource in other methods. */
function calledTool(headers: Headers | undefined): string | null | undefined {
  return headers?.get('Mcp-Method') === 'tools/call' ? headers.get('Mcp-Name') : undefined
}
