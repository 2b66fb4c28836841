import type { Log } from '@neonpanel/process/log'
import type { McpServers } from './server.ts'
import { negotiatedVersion, openSession, type Session } from './session.ts'
import type { SessionClaims, SessionIds } from './session-ids.ts'

/** Where a process can be reached by its siblings, and which of its lives this is. */
export interface Node {
  /** `host:port`. */
  readonly address: string
  readonly boot: string
}

export interface Sessions {
  /** Begins a session for an `initialize`, which its handler gets next. */
  begin(owner: string, initialize: unknown): Promise<Session>
  find(id: string): Session | undefined
  /** Takes over a session whose process is gone: all that matters is in its id. Undefined when its client ended it. */
  adopt(id: string, claims: SessionClaims): Promise<Session> | undefined
  /** Ends a session for good. */
  end(session: Session): void
  count(): number
  close(): Promise<void>
}

const idleLimitMs = 30 * 60_000
const sweepEveryMs = 60_000
const limitPerOwner = 100
const limitPerProcess = 10_000

/**
 * The 2025 sessions of this process. Clients seldom say goodbye: a session ends after 30 idle minutes, and the one that
 * was idle longest makes room when an owner has 100 or the process has 10,000.
 */
export function createSessions({
  servers,
  ids,
  node,
  log,
}: {
  servers: McpServers
  ids: SessionIds
  node: Node
  log: Log
}): Sessions {
  const sessions = new Map<string, Session>()
  const adopting = new Map<string, Promise<Session>>()
  const ended = new Set<string>()

  async function start(
    id: string,
    { owner, protocolVersion }: Pick<SessionClaims, 'owner' | 'protocolVersion'>,
    adopted: boolean,
  ): Promise<Session> {
    const own = [...sessions.values()].filter((session) => session.owner === owner)
    if (own.length >= limitPerOwner) drop(longestIdle(own))
    else if (sessions.size >= limitPerProcess) drop(longestIdle([...sessions.values()]))
    const server = servers.create()
    const onclose = () => sessions.delete(id)
    const session = await openSession({ id, owner, protocolVersion, server, adopted, onclose })
    sessions.set(id, session)
    return session
  }

  function drop(session: Session) {
    sessions.delete(session.id)
    session.close().catch((error) => log.warn({ err: error }, 'session did not close'))
  }

  const sweep = setInterval(() => {
    const limit = Date.now() - idleLimitMs
    for (const session of sessions.values()) if (idleSince(session) < limit) drop(session)
  }, sweepEveryMs).unref()

  return {
    async begin(owner, initialize) {
      const protocolVersion = negotiatedVersion(initialize)
      const issuedAtMs = Date.now()
      const claims = { transport: 'streamable', owner, protocolVersion, issuedAtMs } as const
      return start(ids.mint({ ...claims, node: node.address, boot: node.boot }), claims, false)
    },
    find: (id) => sessions.get(id),
    adopt(id, claims) {
      if (ended.has(id)) return undefined
      const already = adopting.get(id)
      if (already) return already
      const started = start(id, claims, true).finally(() => adopting.delete(id))
      adopting.set(id, started)
      return started
    },
    end(session) {
      if (ended.size >= limitPerProcess) ended.delete(ended.values().next().value!)
      ended.add(session.id)
      drop(session)
    },
    count: () => sessions.size,
    async close() {
      clearInterval(sweep)
      await Promise.all([...sessions.values()].map((session) => session.close()))
    },
  }
}

/** A session with an open answer is not idle at all. */
function idleSince(session: Session): number {
  return session.idleSinceMs() ?? Number.POSITIVE_INFINITY
}

function longestIdle(sessions: Session[]): Session {
  return sessions.reduce((longest, each) => (idleSince(each) < idleSince(longest) ? each : longest))
}
