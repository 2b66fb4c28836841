import type { ServerResponse } from 'node:http'
import {
  type AuthInfo,
  type JSONRPCMessage,
  specTypeSchemas,
  type Transport,
} from '@modelcontextprotocol/server'

/** Shorter than the idle timeout of any usual proxy. */
const keepAliveMs = 15_000

/** One open stream of the HTTP+SSE transport, as the SDK sees it, and where POSTed messages go in. */
export interface LegacySseTransport extends Transport {
  /**
   * Hands in a message that was POSTed for this stream; its answer comes on the stream.
   *
   * @returns false when it is no JSON-RPC message
   */
  deliver(message: unknown, authInfo: AuthInfo): boolean
}

/**
 * The HTTP+SSE transport of MCP revision 2024-11-05. The stream begins with the URI for messages; answers are `message`
 * events. Events have no `id:`, so that clients never send `Last-Event-ID`; comments keep it open.
 * Scopes are checked before `deliver`, like for every transport.
 *
 * @param endpoint path and query for messages, relative to this origin
 */
export function createLegacySseTransport(
  response: ServerResponse,
  { sessionId, endpoint }: { sessionId: string; endpoint: string },
): LegacySseTransport {
  let keepAlive: NodeJS.Timeout | undefined

  const write = (chunk: string) => {
    if (!response.writableEnded && !response.destroyed) response.write(chunk)
  }

  const transport: LegacySseTransport = {
    sessionId,
    async start() {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache, no-transform',
        'X-Accel-Buffering': 'no',
        Connection: 'keep-alive',
      })
      write(`event: endpoint\ndata: ${endpoint}\n\n`)
      keepAlive = setInterval(write, keepAliveMs, ': keep-alive\n\n')
      response.once('close', () => {
        clearInterval(keepAlive)
        transport.onclose?.()
      })
    },
    async send(message: JSONRPCMessage) {
      write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
    },
    async close() {
      response.end()
    },
    deliver(message, authInfo) {
      const parsed = specTypeSchemas.JSONRPCMessage['~standard'].validate(message)
      if (parsed.issues) return false
      transport.onmessage?.(parsed.value, { authInfo })
      return true
    },
  }
  return transport
}
