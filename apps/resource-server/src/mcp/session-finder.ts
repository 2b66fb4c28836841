import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext } from '../request-state.ts'
import { ownerOf } from './principal.ts'
import type { Session } from './session.ts'
import type { SessionClaims, SessionIds } from './session-ids.ts'
import { type Holder, isSameNode, type Node, type SessionRegistry } from './session-registry.ts'
import type { Sessions } from './sessions.ts'
import { misdirected, passOn, wasPassedOn } from './sibling.ts'

/** The session that a request names; without one it has been answered, here or by the process that holds it. */
export type SessionFinder = (ctx: McpContext) => Promise<Session | undefined>

/** Sessions elsewhere than their id says, as far as they are remembered. */
const rememberedLimit = 10_000

/** More changes of hands than this within one request are none that happen. */
const attempts = 4

/**
 * Finds the session of a request that may have landed on any process: held here; held elsewhere, then the request is
 * passed on; or held by a process that is gone, then this one takes it over. An id says where its session began, so
 * that the database is asked only when nobody holds it there.
 */
export function createSessionFinder({
  sessions,
  ids,
  registry,
  node,
  resume,
}: {
  sessions: Sessions
  ids: SessionIds
  registry: SessionRegistry
  node: Node
  /** Called for a session that was taken over, before its first request is answered. */
  resume: (session: Session, ctx: McpContext) => Promise<void>
}): SessionFinder {
  const moved = new Map<string, Holder>()

  function remember(id: string, holder: Holder) {
    if (moved.size >= rememberedLimit) moved.delete(moved.keys().next().value!)
    moved.set(id, holder)
  }

  /** Another request may be taking the session over, or have done so while this one asked around. */
  async function heldHere(id: string): Promise<Session | undefined> {
    const adopted = await sessions.adopting(id)
    return adopted?.ok ? adopted.session : sessions.find(id)
  }

  /** What is known of a session that is not held here; asked anew when its holder turns out not to be one. */
  async function seek(ctx: McpContext, id: string, claims: SessionClaims) {
    let holder: Holder = moved.get(id) ?? { address: claims.node, boot: claims.boot }
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const here = await heldHere(id)
      if (here) return here
      if (holder === 'ended' || isSameNode(holder, node)) return answerSessionNotFound(ctx)
      if (holder.address !== node.address) {
        if (wasPassedOn(ctx)) return answerSibling(ctx, id, claims)
        if ((await passOn(ctx, holder.address)) === 'answered') return undefined
      }
      const current = await registry.holderOf(id, claims)
      if (current !== 'ended' && isSameNode(current, holder)) {
        const adopted = await sessions.adopt(id, claims, holder)
        if (adopted.ok) {
          await resume(adopted.session, ctx)
          return adopted.session
        }
        if (adopted.reason !== 'held') return answerUnavailable(ctx)
        holder = adopted.by
      } else holder = current
      remember(id, holder)
    }
    return answerUnavailable(ctx)
  }

  /** The sibling looks further, unless this process is the one that held the session, and has forgotten it. */
  async function answerSibling(ctx: McpContext, id: string, claims: SessionClaims) {
    const holder = await registry.holderOf(id, claims)
    const isOver = holder === 'ended' || isSameNode(holder, node)
    return isOver ? answerSessionNotFound(ctx) : answerMisdirected(ctx)
  }

  return async function sessionOf(ctx) {
    const id = ctx.get('Mcp-Session-Id')
    const claims = ids.open(id)
    if (claims?.transport !== 'streamable' || claims.owner !== ownerOf(ctx.state.accessToken)) {
      return answerSessionNotFound(ctx)
    }
    return sessions.find(id) ?? seek(ctx, id, claims)
  }
}

/** The same for an id that never was, that has ended, and that is somebody else's. */
export function answerSessionNotFound(ctx: McpContext): undefined {
  answerRpcError(ctx, 404, { code: rpcCode.sessionNotFound, message: 'Session not found' })
}

function answerMisdirected(ctx: McpContext): undefined {
  const message = 'The session is held by another process'
  answerRpcError(ctx, misdirected, { code: rpcCode.refused, message })
}

function answerUnavailable(ctx: McpContext): undefined {
  ctx.set('Retry-After', '5')
  const message = 'The session cannot be continued right now'
  answerRpcError(ctx, 503, { code: rpcCode.refused, message })
}
