import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext } from '../request-state.ts'
import { holdsNeededScopes, type NeededScopes } from '../require-access-token.ts'
import { handOver } from './hand-over.ts'
import { ownerOf } from './principal.ts'
import { messageOf } from './request-era.ts'
import type { Session } from './session.ts'
import type { SessionFinder } from './session-finder.ts'
import type { Opened, Sessions } from './sessions.ts'

/** The one revision whose clients may send several messages in one body. */
const batchVersion = '2025-03-26'

/** Streamable HTTP with sessions: revisions 2025-03-26, 2025-06-18 and 2025-11-25. */
export function createStreamableTransport({
  sessions,
  sessionOf,
  neededScopes,
}: {
  sessions: Sessions
  sessionOf: SessionFinder
  neededScopes: NeededScopes
}) {
  async function handOverTo(session: Session, ctx: McpContext, options?: { end: () => void }) {
    session.hold(ctx.res)
    await handOver(ctx, session.handle, { body: messageOf(ctx), ...options })
  }

  return {
    async begin(ctx: McpContext) {
      const owner = ownerOf(ctx.state.accessToken)
      const opened = await sessions.begin(owner, messageOf(ctx))
      if (!opened.ok) return answerTooManySessions(ctx, opened)
      await handOverTo(opened.session, ctx)
      // A refused handshake leaves a session that nobody knows of.
      if (ctx.res.statusCode >= 400) sessions.drop(opened.session)
    },
    async openStream(ctx: McpContext) {
      const session = await sessionOf(ctx)
      if (session === undefined) return
      const lastEventId = ctx.get('Last-Event-ID')
      if (session.events.knows(lastEventId)) return handOverTo(session, ctx)
      // What is not known any more can't be resumed, and the client is better off with a new stream than with none.
      delete ctx.req.headers['last-event-id']
      await handOverTo(session, ctx, { end: session.endStandaloneStream })
    },
    async answer(ctx: McpContext) {
      const session = await sessionOf(ctx)
      if (session === undefined) return
      const message = messageOf(ctx)
      if (Array.isArray(message) && session.protocolVersion !== batchVersion) {
        const text = `Revision ${session.protocolVersion} has no batches: send one message per request`
        return answerRpcError(ctx, 400, { code: rpcCode.invalidRequest, message: text })
      }
      if (await holdsNeededScopes(ctx, neededScopes(message))) await handOverTo(session, ctx)
    },
    async end(ctx: McpContext) {
      const session = await sessionOf(ctx)
      if (session) await handOverTo(session, ctx)
    },
  }
}

function answerTooManySessions(ctx: McpContext, { reason }: Opened & { ok: false }) {
  ctx.set('Retry-After', '30')
  const isOwner = reason === 'owner_full'
  const whose = isOwner ? 'This person and client have' : 'This server has'
  const message = `${whose} too many sessions in use; end some of them.`
  answerRpcError(ctx, isOwner ? 429 : 503, { code: rpcCode.refused, message })
}
