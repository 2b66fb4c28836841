import type { Persona } from '../persona.ts'
import type { Request } from './attempt.ts'

const modern = '2026-07-28'

export const speaksModern = ({ transport }: Persona) => transport.revision === modern

/** A JSON-RPC message and the headers that repeat it. */
export interface Message {
  readonly message: Record<string, unknown>
  readonly headers: Readonly<Record<string, string>>
}

/** What the client opens a connection with: `initialize`, or `server/discover` of revision 2026-07-28. */
export function initializeMessage(persona: Persona): Message {
  if (speaksModern(persona)) return requestMessage(persona, 'server/discover', {}, 0)
  const { clientInfo, transport } = persona
  const params = { protocolVersion: transport.revision, capabilities: {}, clientInfo }
  return { message: { jsonrpc: '2.0', id: 0, method: 'initialize', params }, headers: {} }
}

/** A request in the revision of the client; 2026-07-28 says in each who asks, and repeats what in headers. */
export function requestMessage(
  persona: Persona,
  method: string,
  params: Record<string, unknown>,
  id: number,
): Message {
  const message = { jsonrpc: '2.0', id, method, params }
  const { clientInfo, transport } = persona
  const headers = { 'mcp-protocol-version': transport.revision }
  if (!speaksModern(persona)) return { message, headers }
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': modern,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return {
    message: { ...message, params: { ...params, _meta } },
    headers: {
      ...headers,
      'mcp-method': method,
      ...(typeof params.name === 'string' && { 'mcp-name': params.name }),
    },
  }
}

/** The request that carries a message over Streamable HTTP. */
export function sentTo(
  url: string,
  message: Record<string, unknown>,
  headers: Readonly<Record<string, string>>,
): Request {
  const accept = 'application/json, text/event-stream'
  return { url, method: 'POST', headers: { accept, ...headers }, body: message }
}
