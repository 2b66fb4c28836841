import type { ServerResponse } from 'node:http'
import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext } from '../request-state.ts'
import { holdsNeededScopes, type NeededScopes } from '../require-access-token.ts'
import { authInfoOf } from './caller.ts'
import {
  beginLegacyStream,
  createLegacySseTransport,
  keepAlive,
  type LegacySseTransport,
  parseMessage,
} from './legacy-sse.ts'
import { ownerOf } from './principal.ts'
import { messageOf } from './request-era.ts'
import type { McpServers } from './server.ts'
import { answerSessionNotFound } from './session-finder.ts'
import type { SessionIds } from './session-ids.ts'
import type { Node } from './session-registry.ts'
import { passOn, wasPassedOn } from './sibling.ts'

interface LegacyStream {
  readonly response: ServerResponse
  /** Opened by the first message: a stream that only waits costs no server. */
  transport: Promise<LegacySseTransport> | undefined
}

/** Shorter than the idle timeout of any usual proxy. */
const keepAliveMs = 15_000

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
  const keepingAlive = setInterval(() => {
    for (const { response } of streams.values()) keepAlive(response)
  }, keepAliveMs).unref()

  /** Without a stream the request has been answered, here or by the process that holds it. */
  async function streamOf(ctx: McpContext): Promise<LegacyStream | undefined> {
    const id = String(ctx.query.sessionId)
    const claims = ids.open(id)
    const isOwn = claims?.transport === 'sse' && claims.owner === ownerOf(ctx.state.accessToken)
    const stream = isOwn ? streams.get(id) : undefined
    if (stream) return stream
    const isElsewhere = isOwn && claims.node !== node.address && !wasPassedOn(ctx)
    if (isElsewhere && (await passOn(ctx, claims.node)) === 'answered') return undefined
    return answerSessionNotFound(ctx)
  }

  async function openTransport({ response }: LegacyStream, sessionId: string) {
    const transport = createLegacySseTransport(response, sessionId)
    await servers.create().connect(transport)
    return transport
  }

  return {
    openStream(ctx: McpContext) {
      const sessionId = ids.mint({
        transport: 'sse',
        owner: ownerOf(ctx.state.accessToken),
        handshake: undefined,
        node: node.address,
        boot: node.boot,
        issuedAtMs: Date.now(),
      })
      const response = ctx.res
      streams.set(sessionId, { response, transport: undefined })
      response.once('close', () => streams.delete(sessionId))
      ctx.respond = false
      ctx.state.endWithToken(() => response.end())
      beginLegacyStream(response, `${ctx.state.resource.path}?sessionId=${sessionId}`)
    },

    async deliver(ctx: McpContext) {
      const stream = await streamOf(ctx)
      if (stream === undefined) return
      if (!(await holdsNeededScopes(ctx, neededScopes(messageOf(ctx))))) return
      const message = parseMessage(messageOf(ctx))
      if (message === undefined) {
        const text = 'Invalid Request: the body is not one JSON-RPC message'
        return answerRpcError(ctx, 400, { code: rpcCode.invalidRequest, message: text })
      }
      stream.transport ??= openTransport(stream, String(ctx.query.sessionId))
      const transport = await stream.transport
      transport.deliver(message, authInfoOf(ctx.state, ctx.state.resource.identifier))
      ctx.status = 202
      ctx.type = 'text/plain'
      ctx.body = 'Accepted'
    },

    count: () => streams.size,

    async close() {
      clearInterval(keepingAlive)
      for (const { response } of streams.values()) response.end()
    },
  }
}
