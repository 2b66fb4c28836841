import { onClockShift } from '@neonpanel/process/clock'
import type { Log } from '@neonpanel/process/log'
import { createEventMemory } from './event-memory.ts'
import { type Handshake, handshakeOf } from './handshake.ts'
import { createHeldSessions, type Full } from './held-sessions.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { McpServers } from './server.ts'
import { openSession, type Session } from './session.ts'
import type { SessionClaims, SessionIds } from './session-ids.ts'
import { type Holder, isSameNode, type Node, type SessionRegistry } from './session-registry.ts'

/** A session, or why there is none: nothing that its owner or this process holds can make room. */
export type Opened =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly reason: Full }

/** What came of taking a session over: another process may have been faster. */
export type Adopted = Opened | { readonly ok: false; readonly reason: 'held'; readonly by: Holder }

export interface Sessions {
  /** Begins a session for an `initialize`, which its handler gets next. */
  begin(owner: string, initialize: unknown): Promise<Opened>
  find(id: string): Session | undefined
  /** A session that is being taken over right now. */
  adopting(id: string): Promise<Adopted> | undefined
  /** Takes over a session whose process is gone: all that matters is in its id. */
  adopt(id: string, claims: SessionClaims, from: Holder): Promise<Adopted>
  /** Forgets a session. */
  drop(session: Session): void
  count(): number
  close(): Promise<void>
}

const sweepEveryMs = 60_000

/**
 * The 2025 sessions of this process. Clients seldom say goodbye: a session ends when it was idle for long, and the one
 * that was idle longest makes room when its owner, or everybody together, has too many.
 */
export function createSessions({
  servers,
  ids,
  registry,
  node,
  log,
  limits = defaultLimits,
}: {
  servers: McpServers
  ids: SessionIds
  registry: SessionRegistry
  node: Node
  log: Log
  limits?: Limits
}): Sessions {
  const held = createHeldSessions(limits)
  const underAdoption = new Map<string, Promise<Adopted>>()
  const eventMemory = createEventMemory(node.boot)

  async function open(
    id: string,
    { owner, handshake, adopted }: { owner: string; handshake: Handshake; adopted: boolean },
  ): Promise<Opened> {
    const session = await openSession({
      id,
      owner,
      handshake,
      adopted,
      server: servers.create(),
      events: eventMemory.forSession(id),
      onended: () => registry.end(id),
      onclose: () => held.remove(session),
      onuse: () => held.noteUse(session),
    })
    const full = held.add(session)
    if (full) drop(full.victim)
    return full?.victim === session ? { ok: false, reason: full.reason } : { ok: true, session }
  }

  function drop(session: Session) {
    held.remove(session)
    session.close().catch((error) => log.warn({ err: error }, 'session did not close'))
  }

  const sweep = () => {
    for (const session of held.expired()) drop(session)
  }
  const sweeping = setInterval(sweep, sweepEveryMs).unref()
  const stopListening = onClockShift(sweep)

  async function takeOver(id: string, claims: SessionClaims, from: Holder): Promise<Adopted> {
    const by = await registry.takeOver(id, claims, from, node)
    const { owner, handshake } = claims
    if (by === 'ended' || !isSameNode(by, node) || !handshake) {
      return { ok: false, reason: 'held', by }
    }
    return open(id, { owner, handshake, adopted: true })
  }

  return {
    begin(owner, initialize) {
      const handshake = handshakeOf(initialize)
      const issuedAtMs = Date.now()
      const { address, boot } = node
      const transport = 'streamable'
      const id = ids.mint({ transport, owner, handshake, node: address, boot, issuedAtMs })
      return open(id, { owner, handshake, adopted: false })
    },
    find(id) {
      const session = held.get(id)
      if (session === undefined || !held.hasExpired(session)) return session
      drop(session)
      return undefined
    },
    adopting: (id) => underAdoption.get(id),
    adopt(id, claims, from) {
      const already = underAdoption.get(id)
      if (already) return already
      const started = takeOver(id, claims, from).finally(() => underAdoption.delete(id))
      underAdoption.set(id, started)
      return started
    },
    drop,
    count: held.count,
    async close() {
      clearInterval(sweeping)
      stopListening()
      await Promise.all(held.all().map((session) => session.close()))
    },
  }
}
