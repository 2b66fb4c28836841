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
 * subscribed to, and changes of lists once they have read one. It is forgotten when their server closes.
 */
export function createSessionSubscriptions(changes: Changes) {
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
    watch(server: McpServer, uri: string, caller: Caller) {
      const { uris } = watcherOf(server, caller)
      if (uris.size >= limitPerSession && !uris.has(uri)) {
        const message = `This session watches ${limitPerSession} resources. Unsubscribe from some first.`
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, message)
      }
      uris.add(uri)
    },
    unwatch(server: McpServer, uri: string) {
      watchers.get(server)?.uris.delete(uri)
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
