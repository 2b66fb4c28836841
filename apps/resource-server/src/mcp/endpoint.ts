import { randomUUID } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import type { Metrics } from '@neonpanel/process/metrics'
import type { Config } from '../config.ts'
import { onItemsChanged } from '../ledger/item-changes.ts'
import { prompts } from '../prompts/all.ts'
import type { McpContext, McpMiddleware } from '../request-state.ts'
import type { NeededScopes } from '../require-access-token.ts'
import { resources } from '../resources/all.ts'
import { createChanges } from './changes.ts'
import { createLegacyStreams } from './legacy-streams.ts'
import { limitRequests } from './limit-requests.ts'
import type { Limits } from './limits.ts'
import { createMcpMeasures } from './measures.ts'
import { createModernTransport } from './modern.ts'
import { createPromptPart } from './prompt-part.ts'
import { createRequestStateCodec } from './request-state-codec.ts'
import { createResourcePart, itemsChange } from './resource-part.ts'
import { createMcpServers } from './server.ts'
import { composeParts, type ServerPart } from './server-part.ts'
import type { Session } from './session.ts'
import { createSessionFinder } from './session-finder.ts'
import { createSessionIds } from './session-ids.ts'
import { createSessionRegistry } from './session-registry.ts'
import { createSessions } from './sessions.ts'
import { siblingAddress } from './sibling.ts'
import { createStreamableTransport } from './streamable.ts'
import { createSubscriptionStore } from './subscription-store.ts'
import { createTasks, taskSupports } from './tasks/tasks.ts'
import type { Tool } from './tool.ts'
import { mcpTransports } from './transports.ts'

/** Everything behind the bearer: the transports, and what they hold open. */
export interface McpEndpoint {
  /** Refuses what is too much of one person and client. */
  readonly limit: McpMiddleware
  readonly answer: McpMiddleware
  close(): Promise<void>
}

/** Wires tools, servers and transports of one process together. */
export function createMcpEndpoint({
  config,
  appSecret,
  database,
  tools,
  parts: givenParts = [],
  limits,
  neededScopes,
  log,
  metrics,
}: {
  config: Config
  appSecret: string
  database: Database
  tools: readonly Tool[]
  parts?: readonly ServerPart[] | undefined
  limits: Limits
  neededScopes: NeededScopes
  log: Log
  metrics: Metrics
}): McpEndpoint {
  const measures = createMcpMeasures(metrics.registry)
  const requestState = createRequestStateCodec(appSecret)
  const changes = createChanges()
  const ownParts = [createResourcePart(resources, database), createPromptPart(prompts, database)]
  const ids = createSessionIds(appSecret)
  const parts = composeParts(
    [...ownParts, ...givenParts],
    { requestState, changes },
    createSubscriptionStore(database, ids),
  )
  const stopListening = onItemsChanged(database, (changed) =>
    changes.publish(itemsChange(resources, changed)),
  )
  const servers = createMcpServers({
    tools,
    parts,
    database,
    measures,
    requestState,
    runningCalls: limits.runningCalls,
  })
  const node = { address: siblingAddress(config.host, config.port), boot: randomUUID() }
  const registry = createSessionRegistry(database)
  const sessions = createSessions({ servers, ids, registry, node, log, limits })
  const resume = ({ server, id }: Session, { state }: McpContext) =>
    parts.resume(server, { sessionId: id, caller: state })
  const sessionOf = createSessionFinder({ sessions, ids, registry, node, resume })
  const supports = taskSupports(tools, givenParts)
  const tasks = createTasks({ database, supports, boot: node.boot, log })
  const { mayWatch } = parts
  const modern = createModernTransport({ servers, changes, mayWatch, tasks, neededScopes, log })
  const streamable = createStreamableTransport({ sessions, sessionOf, neededScopes })
  const legacy = config.legacySse
    ? createLegacyStreams({ servers, ids, node, neededScopes })
    : undefined
  measures.watchOpen('sessions', sessions.count)
  measures.watchOpen('listen_streams', modern.countListening)
  measures.watchOpen('tasks', tasks.count)
  if (legacy) measures.watchOpen('legacy_streams', legacy.count)
  return {
    limit: limitRequests({ limits, onRefused: measures.countRefusal }),
    answer: mcpTransports({ modern, streamable, legacy }),
    async close() {
      stopListening()
      await Promise.all([modern.close(), sessions.close(), legacy?.close()])
    },
  }
}
