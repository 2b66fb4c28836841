import {
  type CompleteRequestParams,
  type CompleteResult,
  type Tool as ListedTool,
  type ListResourcesResult,
  type McpServer,
  mergeCapabilities,
  ProtocolError,
  ProtocolErrorCode,
  type RequestStateCodec,
  type Resource,
  ResourceNotFoundError,
  type ServerCapabilities,
} from '@modelcontextprotocol/server'
import { type Caller, callerOf } from './caller.ts'
import type { Changes } from './changes.ts'
import { createSessionSubscriptions } from './session-subscriptions.ts'
import type { SubscriptionStore } from './subscription-store.ts'
import type { TaskSupports } from './tasks/task.ts'
import { hideUnexpected } from './unexpected.ts'

/** What a part may use on every server that it is registered on. */
export interface PartServices {
  readonly requestState: RequestStateCodec
  readonly changes: Changes
}

/**
 * What a server offers besides the tools of the catalogue, registered anew on each server that is built. Methods that ask
 * every part (lists in pages, completion, subscriptions) are answered by `composeParts`; prompts, and reading resources,
 * are registered with the SDK.
 */
export interface ServerPart {
  readonly capabilities: ServerCapabilities
  /** Tools of the part, as they are listed after the catalogue's. */
  readonly tools?: readonly ListedTool[]
  /** Those of its tools whose calls may become tasks, by name. */
  readonly taskSupport?: TaskSupports
  /** The resources that the caller may see, for `resources/list`. */
  listResources?(caller: Caller): Promise<readonly Resource[]>
  /** Values for an argument of one of its prompts or templates, best first; undefined for what is not its own. */
  complete?(asked: CompleteRequestParams, caller: Caller): Promise<readonly string[] | undefined>
  /** Whether the caller may be told when this resource changes. */
  mayWatch?(uri: string, caller: Caller): boolean
  register(server: McpServer, services: PartServices): void
}

/** Several parts as one. */
export interface ComposedParts extends Required<Pick<ServerPart, 'capabilities' | 'tools'>> {
  mayWatch(uri: string, caller: Caller): boolean
  /** Goes on telling the client of a session that was taken over from another process. */
  resume(server: McpServer, session: { sessionId: string; caller: Caller }): Promise<void>
  register(server: McpServer): void
}

export function composeParts(
  parts: readonly ServerPart[],
  services: PartServices,
  store: SubscriptionStore,
): ComposedParts {
  const capabilities = parts.map((part) => part.capabilities).reduce(mergeCapabilities, {})
  const mayWatch = (uri: string, caller: Caller) =>
    parts.some((part) => part.mayWatch?.(uri, caller))
  const subscriptions = createSessionSubscriptions(services.changes, store)

  function listResources(caller: Caller, cursor: string | undefined) {
    return hideUnexpected(caller, 'Listing resources', async () => {
      const lists = await Promise.all(parts.map((part) => part.listResources?.(caller) ?? []))
      return pageOfResources(lists.flat(), cursor)
    })
  }

  async function complete(asked: CompleteRequestParams, caller: Caller): Promise<CompleteResult> {
    for (const part of parts) {
      const values = await part.complete?.(asked, caller)
      if (values) return completionOf(values)
    }
    const { ref } = asked
    const name = ref.type === 'ref/prompt' ? `prompt ${ref.name}` : `resource template ${ref.uri}`
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no ${name} to complete.`)
  }

  return {
    capabilities,
    tools: parts.flatMap((part) => part.tools ?? []),
    mayWatch,
    resume: (server, session) =>
      subscriptions.resume(server, session, (uri) => mayWatch(uri, session.caller)),
    register(server) {
      for (const part of parts) part.register(server, services)
      const { server: protocol } = server
      if (capabilities.resources) {
        protocol.setRequestHandler('resources/list', (request, context) => {
          const caller = callerOf(context)
          subscriptions.watchLists(server, context, caller)
          return listResources(caller, request.params?.cursor)
        })
      }
      if (capabilities.resources?.subscribe) {
        protocol.setRequestHandler('resources/subscribe', ({ params: { uri } }, context) => {
          const caller = callerOf(context)
          return hideUnexpected(caller, 'Subscribing', async () => {
            if (!mayWatch(uri, caller)) throw new ResourceNotFoundError(uri)
            await subscriptions.watch(server, uri, caller, context.sessionId)
            return {}
          })
        })
        protocol.setRequestHandler('resources/unsubscribe', ({ params: { uri } }, context) =>
          hideUnexpected(callerOf(context), 'Unsubscribing', async () => {
            await subscriptions.unwatch(server, uri, context.sessionId)
            return {}
          }),
        )
      }
      if (capabilities.completions) {
        protocol.setRequestHandler('completion/complete', ({ params }, context) => {
          const caller = callerOf(context)
          return hideUnexpected(caller, 'Completion', () => complete(params, caller))
        })
      }
    },
  }
}

/** Small enough for a model's context, large enough for a host that reads all pages. */
const resourcesPerPage = 100

/**
 * Resources by URI. A cursor names the last one of the page before: what comes or goes between two pages neither repeats
 * nor hides another.
 */
export function pageOfResources(
  resources: readonly Resource[],
  cursor: string | undefined,
): ListResourcesResult {
  const after = cursor === undefined ? '' : readCursor(cursor)
  const rest = resources.filter(({ uri }) => uri > after).sort((a, b) => (a.uri < b.uri ? -1 : 1))
  const page = rest.slice(0, resourcesPerPage)
  const last = page.at(-1)
  const isLast = last === undefined || rest.length <= resourcesPerPage
  return { resources: page, ...(isLast ? {} : { nextCursor: writeCursor(last.uri) }) }
}

const cursorMark = 'after '

function writeCursor(uri: string): string {
  return Buffer.from(`${cursorMark}${uri}`).toString('base64url')
}

function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (text.startsWith(cursorMark)) return text.slice(cursorMark.length)
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'That cursor belongs to no list of resources. Leave it out to start at the first page.',
  )
}

/** What one answer may hold (MCP utilities/completion). */
const longestCompletion = 100

function completionOf(values: readonly string[]): CompleteResult {
  const hasMore = values.length > longestCompletion
  const shown = values.slice(0, longestCompletion)
  return { completion: { values: shown, total: values.length, hasMore } }
}
