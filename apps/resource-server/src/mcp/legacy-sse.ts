import type { ServerResponse } from 'node:http'
import {
  type AuthInfo,
  type JSONRPCMessage,
  specTypeSchemas,
  type Transport,
} from '@modelcontextprotocol/server'

/** One open stream of the HTTP+SSE transport, as the SDK sees it, and where POSTed messages go in. */
export interface LegacySseTransport extends Transport {
  /** Hands in a message that was POSTed for this stream; its answer comes on the stream. */
  deliver(message: JSONRPCMessage, authInfo: AuthInfo): void
}

/** @returns undefined for what is not one JSON-RPC message */
export function parseMessage(message: unknown): JSONRPCMessage | undefined {
  const parsed = specTypeSchemas.JSONRPCMessage['~standard'].validate(message)
  return 'value' in parsed ? parsed.value : undefined
}

/**
 * Begins a stream of MCP revision 2024-11-05: its first event is the URI for messages.
 *
 * @param endpoint path and query for messages, relative to this origin
 */
export function beginLegacyStream(response: ServerResponse, endpoint: string): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    Connection: 'keep-alive',
  })
  write(response, `event: endpoint\ndata: ${endpoint}\n\n`)
}

/** A comment, which clients skip: proxies cut what is silent. */
export function keepAlive(response: ServerResponse): void {
  write(response, ': keep-alive\n\n')
}

/**
 * The HTTP+SSE transport of MCP revision 2024-11-05 over a stream that has begun. Answers are `message` events. Events
 * have no `id:`, so that clients never send `Last-Event-ID`. Scopes are checked before `deliver`, like for every transport.
 */
export function createLegacySseTransport(
  response: ServerResponse,
  sessionId: string,
): LegacySseTransport {
  const transport: LegacySseTransport = {
    sessionId,
    async start() {
      response.once('close', () => transport.onclose?.())
    },
    async send(message: JSONRPCMessage) {
      write(response, `event: message\ndata: ${JSON.stringify(message)}\n\n`)
    },
    async close() {
      response.end()
    },
    deliver(message, authInfo) {
      transport.onmessage?.(message, { authInfo })
    },
  }
  return transport
}

function write(response: ServerResponse, chunk: string) {
  if (!response.writableEnded && !response.destroyed) response.write(chunk)
}
