import type { Limits } from './limits.ts'
import type { Session } from './session.ts'

/** Why there is no room for one more: everything that could make room is in use. */
export type Full = 'owner_full' | 'process_full'

/**
 * The sessions that a process holds, findable by id, counted per owner, and in the order in which they became idle: who
 * has to make room is found without looking at all of them.
 */
export function createHeldSessions(limits: Limits) {
  const all = new Map<string, Session>()
  const byOwner = new Map<string, Set<Session>>()
  /** Those without an open answer, the longest idle first. */
  const idle = new Map<string, Session>()

  const hasExpired = (session: Session) =>
    (session.idleSinceMs() ?? Date.now()) < Date.now() - limits.sessionIdleSeconds * 1000

  return {
    hasExpired,
    get: (id: string) => all.get(id),
    count: () => all.size,
    all: () => [...all.values()],
    /** Adds a session and says which one makes room for it: none, another one, or the new one when it is refused. */
    add(session: Session): { readonly victim: Session; readonly reason: Full } | undefined {
      const { id, owner } = session
      const own = byOwner.get(owner) ?? new Set()
      byOwner.set(owner, own.add(session))
      all.set(id, session)
      idle.set(id, session)
      if (own.size > limits.sessionsPerPrincipal) {
        return { victim: longestIdleOf(own), reason: 'owner_full' }
      }
      if (all.size <= limits.sessions) return undefined
      return { victim: idle.values().next().value!, reason: 'process_full' }
    },
    remove({ id, owner }: Session) {
      const session = all.get(id)
      all.delete(id)
      idle.delete(id)
      const own = byOwner.get(owner)
      if (session) own?.delete(session)
      if (own?.size === 0) byOwner.delete(owner)
    },
    /** To be called whenever a session comes into use or gets idle. */
    noteUse(session: Session) {
      idle.delete(session.id)
      if (session.idleSinceMs() !== undefined && all.has(session.id)) idle.set(session.id, session)
    },
    *expired(): Generator<Session> {
      for (const session of idle.values()) {
        if (!hasExpired(session)) return
        yield session
      }
    },
  }
}

/** A session with an open answer is not idle at all; the newest is, so that there is one. */
function longestIdleOf(sessions: ReadonlySet<Session>): Session {
  const idleSince = (session: Session) => session.idleSinceMs() ?? Number.POSITIVE_INFINITY
  return [...sessions].reduce((longest, each) =>
    idleSince(each) < idleSince(longest) ? each : longest,
  )
}
