import type { ServerResponse } from 'node:http'
import {
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { SessionEvents } from './event-memory.ts'
import type { WebHandler } from './hand-over.ts'
import type { Handshake } from './handshake.ts'

/** A session of revisions 2025-03-26 to 2025-11-25. */
export interface Session {
  readonly id: string
  /** See `ownerOf`. */
  readonly owner: string
  readonly protocolVersion: string
  readonly server: McpServer
  readonly handle: WebHandler
  readonly events: SessionEvents
  /** When its last answer ended, in epoch milliseconds; undefined while one is open. */
  idleSinceMs(): number | undefined
  /** Counts an answer as open until it closes. */
  hold(response: ServerResponse): void
  /** Ends the standalone stream; the session goes on. */
  endStandaloneStream(): void
  close(): Promise<void>
}

export interface SessionOptions {
  readonly id: string
  readonly owner: string
  readonly handshake: Handshake
  readonly server: McpServer
  readonly events: SessionEvents
  /** The client has shaken hands with another process; else `initialize` comes next. */
  readonly adopted: boolean
  /** Its client ends it; awaited before that is answered. */
  readonly onended: () => Promise<void>
  /** Called once, however it ends. */
  readonly onclose: () => void
  /** Called when it comes into use, and when its last answer has ended. */
  readonly onuse: () => void
}

/** How long clients wait before they come back for what they missed; a restarted process is there again by then. */
const reconnectAfterMs = 1_000

export async function openSession(options: SessionOptions): Promise<Session> {
  const { id, owner, handshake, server, events, adopted, onended, onclose, onuse } = options
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    eventStore: events,
    retryInterval: reconnectAfterMs,
    onsessionclosed: onended,
  })
  // Before `connect`, which keeps it and adds the SDK's own clean-up.
  transport.onclose = onclose
  await server.connect(transport)
  if (adopted) await replayHandshake(transport, id, handshake)
  let openAnswers = 0
  let idleSinceMs = Date.now()
  return {
    id,
    owner,
    protocolVersion: handshake.protocolVersion,
    server,
    events,
    handle: (request, options) => transport.handleRequest(request, options),
    idleSinceMs: () => (openAnswers > 0 ? undefined : idleSinceMs),
    hold(response) {
      openAnswers += 1
      if (openAnswers === 1) onuse()
      response.once('close', () => {
        openAnswers -= 1
        idleSinceMs = Date.now()
        if (openAnswers === 0) onuse()
      })
    },
    endStandaloneStream: () => transport.closeStandaloneSSEStream(),
    close: () => server.close(),
  }
}

/** Brings a transport to where its client believes it is, by the handshake that they had. */
async function replayHandshake(
  transport: WebStandardStreamableHTTPServerTransport,
  id: string,
  { protocolVersion, capabilities, clientInfo }: Handshake,
) {
  const messages = [
    { id: 0, method: 'initialize', params: { protocolVersion, capabilities, clientInfo } },
    { method: 'notifications/initialized' },
  ]
  for (const message of messages) {
    const request = new Request('http://localhost/', {
      method: 'POST',
      headers: {
        Accept: 'application/json, text/event-stream',
        'Content-Type': 'application/json',
        'Mcp-Session-Id': id,
      },
    })
    const parsedBody = { jsonrpc: '2.0', ...message }
    const response = await transport.handleRequest(request, { parsedBody })
    await response.text()
  }
}
