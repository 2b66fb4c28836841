import { createMcpHandler, type ServerEventBus } from '@modelcontextprotocol/server'
import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext } from '../request-state.ts'
import type { Changes } from './changes.ts'
import { followChanges } from './follow-changes.ts'
import { handOver } from './hand-over.ts'
import type { McpServers } from './server.ts'
import type { ComposedParts } from './server-part.ts'
import type { Tasks } from './tasks/tasks.ts'

/** Streams of everybody; what one person's client may have open is limited with all other streams. */
const limitPerProcess = 10_000

interface ListenRequest {
  readonly method: 'subscriptions/listen'
  readonly params?: { readonly notifications?: { readonly resourceSubscriptions?: unknown } }
}

export function isListenRequest(message: unknown): message is ListenRequest {
  return (
    typeof message === 'object' &&
    message !== null &&
    'method' in message &&
    message.method === 'subscriptions/listen'
  )
}

/**
 * The streams of `subscriptions/listen`, revision 2026-07-28. Each has an SDK handler of its own, whose bus carries only
 * what the token of its request opens; it ends with that token.
 */
export function createListenStreams({
  servers,
  changes,
  mayWatch,
  tasks,
  onerror,
}: {
  servers: McpServers
  changes: Changes
  mayWatch: ComposedParts['mayWatch']
  tasks: Tasks
  onerror: (error: Error) => void
}) {
  const open = new Set<{ close(): Promise<void> }>()

  return {
    async answer(ctx: McpContext, message: ListenRequest) {
      if (open.size >= limitPerProcess) {
        ctx.set('Retry-After', '30')
        const text = 'Too many open streams'
        return answerRpcError(ctx, 429, { code: rpcCode.refused, message: text })
      }
      const { body, uris } = onlyWatchable(message, (uri) => mayWatch(uri, ctx.state))
      const bus = busFor(ctx, changes, uris)
      const handler = createMcpHandler(() => servers.create(), { legacy: 'reject', bus, onerror })
      open.add(handler)
      ctx.res.once('close', () => open.delete(handler))
      const fetch = tasks.aroundListening(handler.fetch)
      await handOver(ctx, fetch, { body, end: () => void handler.close() })
    },
    count: () => open.size,
    async close() {
      await Promise.all([...open].map((handler) => handler.close()))
    },
  }
}

/** The request without the resources that its token does not open: the acknowledgement shows what is left. */
function onlyWatchable(
  message: ListenRequest,
  mayWatch: (uri: string) => boolean,
): { body: ListenRequest; uris: readonly string[] } {
  const notifications = message.params?.notifications
  const asked = notifications?.resourceSubscriptions
  // What is no list of strings is left for the SDK to refuse.
  if (!Array.isArray(asked) || !asked.every((uri) => typeof uri === 'string')) {
    return { body: message, uris: [] }
  }
  const uris = [...new Set<string>(asked)].filter(mayWatch)
  const narrowed = { ...notifications, resourceSubscriptions: uris }
  return { body: { ...message, params: { ...message.params, notifications: narrowed } }, uris }
}

function busFor({ state }: McpContext, changes: Changes, uris: readonly string[]): ServerEventBus {
  return {
    publish: () => {},
    subscribe: (tell) => followChanges(changes, { caller: state, uris, tell }),
  }
}
