import { randomUUID } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import type { Metrics } from '@neonpanel/process/metrics'
import type { Config } from '../config.ts'
import type { McpMiddleware } from '../request-state.ts'
import type { NeededScopes } from '../require-access-token.ts'
import { createChanges } from './changes.ts'
import { createLegacyStreams } from './legacy-streams.ts'
import { limitRequests } from './limit-requests.ts'
import type { Limits } from './limits.ts'
import { createMcpMeasures } from './measures.ts'
import { createModernTransport } from './modern.ts'
import { createRequestStateCodec } from './request-state-codec.ts'
import { createMcpServers } from './server.ts'
import { composeParts, type ServerPart } from './server-part.ts'
import { createSessionFinder } from './session-finder.ts'
import { createSessionIds } from './session-ids.ts'
import { createSessionRegistry } from './session-registry.ts'
import { createSessions } from './sessions.ts'
import { siblingAddress } from './sibling.ts'
import { createStreamableTransport } from './streamable.ts'
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
  const parts = composeParts(givenParts, { requestState, changes })
  const servers = createMcpServers({
    tools,
    parts,
    database,
    measures,
    requestState,
    runningCalls: limits.runningCalls,
  })
  const ids = createSessionIds(appSecret)
  const node = { address: siblingAddress(config.host, config.port), boot: randomUUID() }
  const registry = createSessionRegistry(database)
  const sessions = createSessions({ servers, ids, registry, node, log, limits })
  const sessionOf = createSessionFinder({ sessions, ids, registry, node })
  const modern = createModernTransport({ servers, neededScopes, log })
  const streamable = createStreamableTransport({ sessions, sessionOf, neededScopes })
  const legacy = config.legacySse
    ? createLegacyStreams({ servers, ids, node, neededScopes })
    : undefined
  measures.watchOpen('sessions', sessions.count)
  if (legacy) measures.watchOpen('legacy_streams', legacy.count)
  return {
    limit: limitRequests({ limits, onRefused: measures.countRefusal }),
    answer: mcpTransports({ modern, streamable, legacy }),
    async close() {
      await Promise.all([modern.close(), sessions.close(), legacy?.close()])
    },
  }
}
