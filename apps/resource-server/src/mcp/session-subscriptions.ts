import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type ServerEvent,
} from '@modelcontextprotocol/server'
import type { Caller } from './caller.ts'
import type { Changes } from './changes.ts'
import { type Follower, followChanges } from './follow-changes.ts'
import type { SubscriptionStore } from './subscription-store.ts'

/** What one client may watch in a session; more is an accident or an attack. */
const limitPerSession = 1_000

interface Watcher extends Follower {
  readonly uris: Set<string>
  /** Whether the client has read a list that it would have to read anew. */
  lists: boolean
  caller: Caller
}

/**
 * What clients of revisions with sessions, and of 2024-11-05, want to be told: updates of the resources that they
 * subscribed to, and changes of lists once they have read one. It is forgotten when their server closes, and of a
 * session kept for whichever process takes it over.
 */
export function createSessionSubscriptions(changes: Changes, store: SubscriptionStore) {
  const watchers = new WeakMap<McpServer, Watcher>()

  function watcherOf(server: McpServer, caller: Caller): Watcher {
    const known = watchers.get(server)
    if (known) {
      known.caller = caller
      return known
    }
    const watcher: Watcher = {
      uris: new Set(),
      lists: false,
      caller,
      tell: (event) => tell(server, watcher, event),
    }
    watchers.set(server, watcher)
    const stop = followChanges(changes, watcher)
    const { onclose } = server.server
    server.server.onclose = () => {
      stop()
      onclose?.()
    }
    return watcher
  }

  return {
    async watch(server: McpServer, uri: string, caller: Caller, sessionId = '') {
      const { uris } = watcherOf(server, caller)
      if (uris.has(uri)) return
      if (uris.size >= limitPerSession) {
        const message = `This session watches ${limitPerSession} resources. Unsubscribe from some first.`
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, message)
      }
      uris.add(uri)
      await store.add(sessionId, uri)
    },
    async unwatch(server: McpServer, uri: string, sessionId = '') {
      watchers.get(server)?.uris.delete(uri)
      await store.remove(sessionId, uri)
    },
    /**
     * Goes on with a session that was taken over: what its client subscribed to elsewhere, as far as the caller may
     * watch it still. That it has read a list is not known, and assumed.
     */
    async resume(
      server: McpServer,
      { sessionId, caller }: { sessionId: string; caller: Caller },
      mayWatch: (uri: string) => boolean,
    ) {
      const watcher = watcherOf(server, caller)
      watcher.lists = true
      // A session without its subscriptions is better than none.
      const uris = await store.of(sessionId).catch((error) => {
        caller.log.warn({ err: error }, 'subscriptions were not found again')
        return []
      })
      for (const uri of uris.filter(mayWatch)) watcher.uris.add(uri)
    },
    /** Remembers that a client has read a list, if its server lives longer than the request. */
    watchLists(server: McpServer, { sessionId }: ServerContext, caller: Caller) {
      if (sessionId !== undefined) watcherOf(server, caller).lists = true
    },
  }
}

function tell(server: McpServer, { caller, lists }: Watcher, event: ServerEvent) {
  const told =
    event.kind === 'resource_updated'
      ? server.server.sendResourceUpdated({ uri: event.uri })
      : lists && listChanged[event.kind](server)
  // A connection that has just gone needs to know nothing any more.
  if (told) told.catch((error) => caller.log.debug({ err: error }, 'client not told'))
}

const listChanged = {
  resources_list_changed: ({ server }: McpServer) => server.sendResourceListChanged(),
  prompts_list_changed: ({ server }: McpServer) => server.sendPromptListChanged(),
  tools_list_changed: ({ server }: McpServer) => server.sendToolListChanged(),
} as const
