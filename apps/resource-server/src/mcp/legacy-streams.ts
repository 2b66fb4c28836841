import type { McpServer } from '@modelcontextprotocol/server'
import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext } from '../request-state.ts'
import { holdsNeededScopes, type NeededScopes } from '../require-access-token.ts'
import { authInfoOf } from './caller.ts'
import { createLegacySseTransport, type LegacySseTransport } from './legacy-sse.ts'
import { endWithToken } from './open-answer.ts'
import { ownerOf } from './principal.ts'
import { messageOf } from './request-era.ts'
import type { McpServers } from './server.ts'
import type { SessionIds } from './session-ids.ts'
import type { Node } from './sessions.ts'
import { passOn, wasPassedOn } from './sibling.ts'
import { answerSessionNotFound } from './streamable.ts'

interface LegacyStream {
  readonly owner: string
  readonly transport: LegacySseTransport
  readonly server: McpServer
}

const limitPerOwner = 100

/** The open streams of HTTP+SSE, revision 2024-11-05, and the messages POSTed for them. */
export function createLegacyStreams({
  servers,
  ids,
  node,
  neededScopes,
}: {
  servers: McpServers
  ids: SessionIds
  node: Node
  neededScopes: NeededScopes
}) {
  const streams = new Map<string, LegacyStream>()

  /** Without a stream the request has been answered, here or by the process that holds it. */
  async function streamOf(ctx: McpContext): Promise<LegacyStream | undefined> {
    const id = String(ctx.query.sessionId)
    const claims = ids.open(id)
    const isOwn = claims?.transport === 'sse' && claims.owner === ownerOf(ctx.state.accessToken)
    const stream = isOwn ? streams.get(id) : undefined
    if (stream) return stream
    const isElsewhere = isOwn && claims.node !== node.address && !wasPassedOn(ctx)
    if (isElsewhere && (await passOn(ctx, claims.node))) return undefined
    answerSessionNotFound(ctx)
    return undefined
  }

  return {
    async openStream(ctx: McpContext) {
      const owner = ownerOf(ctx.state.accessToken)
      const own = streams.values().filter((stream) => stream.owner === owner)
      if ([...own].length >= limitPerOwner) {
        ctx.set('Retry-After', '30')
        const message = 'Too many open streams'
        return answerRpcError(ctx, 429, { code: rpcCode.refused, message })
      }
      const sessionId = ids.mint({
        transport: 'sse',
        owner,
        protocolVersion: '2024-11-05',
        node: node.address,
        boot: node.boot,
        issuedAtMs: Date.now(),
      })
      const endpoint = `${ctx.state.resource.path}?sessionId=${sessionId}`
      const transport = createLegacySseTransport(ctx.res, { sessionId, endpoint })
      const server = servers.create()
      // Before `connect`, which keeps it and adds the SDK's own clean-up.
      transport.onclose = () => streams.delete(sessionId)
      streams.set(sessionId, { owner, transport, server })
      ctx.respond = false
      endWithToken(ctx, () => void server.close())
      await server.connect(transport)
    },

    async deliver(ctx: McpContext) {
      const stream = await streamOf(ctx)
      if (stream === undefined) return
      const message = messageOf(ctx)
      if (!holdsNeededScopes(ctx, neededScopes(message))) return
      const authInfo = authInfoOf(ctx.state, ctx.state.resource.identifier)
      if (!stream.transport.deliver(message, authInfo)) {
        const text = 'Invalid Request: the body is not one JSON-RPC message'
        return answerRpcError(ctx, 400, { code: rpcCode.invalidRequest, message: text })
      }
      ctx.status = 202
      ctx.type = 'text/plain'
      ctx.body = 'Accepted'
    },

    count: () => streams.size,

    async close() {
      await Promise.all([...streams.values()].map(({ server }) => server.close()))
    },
  }
}
