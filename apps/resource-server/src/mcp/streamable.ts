import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext } from '../request-state.ts'
import { holdsNeededScopes, type NeededScopes } from '../require-access-token.ts'
import { handOver } from './hand-over.ts'
import { ownerOf } from './principal.ts'
import { messageOf } from './request-era.ts'
import type { Session } from './session.ts'
import type { SessionIds } from './session-ids.ts'
import type { Node, Sessions } from './sessions.ts'
import { passOn, wasPassedOn } from './sibling.ts'

/** The one revision whose clients may send several messages in one body. */
const batchVersion = '2025-03-26'

/** Streamable HTTP with sessions: revisions 2025-03-26, 2025-06-18 and 2025-11-25. */
export function createStreamableTransport({
  sessions,
  ids,
  node,
  neededScopes,
}: {
  sessions: Sessions
  ids: SessionIds
  node: Node
  neededScopes: NeededScopes
}) {
  /** The session that a request names; without one it has been answered, here or by the process that holds it. */
  async function sessionOf(ctx: McpContext): Promise<Session | undefined> {
    const id = ctx.get('Mcp-Session-Id')
    const claims = ids.open(id)
    if (claims?.transport !== 'streamable' || claims.owner !== ownerOf(ctx.state.accessToken)) {
      answerSessionNotFound(ctx)
      return undefined
    }
    const held = sessions.find(id)
    if (held) return held
    const isOurs = claims.node === node.address
    if (isOurs ? claims.boot === node.boot : wasPassedOn(ctx)) {
      answerSessionNotFound(ctx)
      return undefined
    }
    if (!isOurs && (await passOn(ctx, claims.node))) return undefined
    const adopted = await sessions.adopt(id, claims)
    if (adopted === undefined) answerSessionNotFound(ctx)
    return adopted
  }

  async function handOverTo(session: Session, ctx: McpContext, options?: { end: () => void }) {
    session.hold(ctx.res)
    await handOver(ctx, session.handle, { body: messageOf(ctx), ...options })
  }

  return {
    async begin(ctx: McpContext) {
      const owner = ownerOf(ctx.state.accessToken)
      const session = await sessions.begin(owner, messageOf(ctx))
      await handOverTo(session, ctx)
      // A refused handshake leaves a session that nobody knows of.
      if (ctx.res.statusCode >= 400) sessions.end(session)
    },
    async openStream(ctx: McpContext) {
      const session = await sessionOf(ctx)
      if (session) await handOverTo(session, ctx, { end: session.endStandaloneStream })
    },
    async answer(ctx: McpContext) {
      const session = await sessionOf(ctx)
      if (session === undefined) return
      const message = messageOf(ctx)
      if (Array.isArray(message) && session.protocolVersion !== batchVersion) {
        const text = `Revision ${session.protocolVersion} has no batches: send one message per request`
        return answerRpcError(ctx, 400, { code: rpcCode.invalidRequest, message: text })
      }
      if (holdsNeededScopes(ctx, neededScopes(message))) await handOverTo(session, ctx)
    },
    async end(ctx: McpContext) {
      const session = await sessionOf(ctx)
      if (session === undefined) return
      await handOverTo(session, ctx)
      if (ctx.res.statusCode < 400) sessions.end(session)
    },
  }
}

/** The same for an id that never was, that has ended, and that is somebody else's. */
export function answerSessionNotFound(ctx: McpContext) {
  answerRpcError(ctx, 404, { code: rpcCode.sessionNotFound, message: 'Session not found' })
}
