import type { ServerResponse } from 'node:http'
import {
  type McpServer,
  SUPPORTED_PROTOCOL_VERSIONS,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { WebHandler } from './hand-over.ts'

/** A session of revisions 2025-03-26 to 2025-11-25. */
export interface Session {
  readonly id: string
  /** See `ownerOf`. */
  readonly owner: string
  readonly protocolVersion: string
  readonly handle: WebHandler
  /** When its last answer ended; undefined while one is open. */
  idleSinceMs(): number | undefined
  /** Counts an answer as open until it closes. */
  hold(response: ServerResponse): void
  /** Ends the standalone stream; the session goes on. */
  endStandaloneStream(): void
  close(): Promise<void>
}

const sessionVersions = SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version < '2026')

/** What the SDK will negotiate for an `initialize`: the version asked for, or the newest of its era. */
export function negotiatedVersion(initialize: unknown): string {
  const { params } = initialize as { params?: { protocolVersion?: unknown } }
  const asked = sessionVersions.find((version) => version === params?.protocolVersion)
  return asked ?? sessionVersions[0]!
}

/**
 * @param adopted the client has shaken hands with another process; else `initialize` comes next
 * @param onclose called once, however it ends
 */
export async function openSession({
  id,
  owner,
  protocolVersion,
  server,
  adopted,
  onclose,
}: {
  id: string
  owner: string
  protocolVersion: string
  server: McpServer
  adopted: boolean
  onclose: () => void
}): Promise<Session> {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id })
  // Before `connect`, which keeps it and adds the SDK's own clean-up.
  transport.onclose = onclose
  await server.connect(transport)
  if (adopted) await replayHandshake(transport, id, protocolVersion)
  let openAnswers = 0
  let idleSinceMs = Date.now()
  return {
    id,
    owner,
    protocolVersion,
    handle: (request, options) => transport.handleRequest(request, options),
    idleSinceMs: () => (openAnswers > 0 ? undefined : idleSinceMs),
    hold(response) {
      openAnswers += 1
      response.once('close', () => {
        openAnswers -= 1
        idleSinceMs = Date.now()
      })
    },
    endStandaloneStream: () => transport.closeStandaloneSSEStream(),
    close: () => server.close(),
  }
}

/**
 * Brings a transport to where its client believes it is, by the handshake that they had. The server sends no requests
 * of its own, so that the client's capabilities, which are lost, do not matter.
 */
async function replayHandshake(
  transport: WebStandardStreamableHTTPServerTransport,
  id: string,
  protocolVersion: string,
) {
  const clientInfo = { name: 'adopted session', version: '0' }
  const messages = [
    { id: 0, method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo } },
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
