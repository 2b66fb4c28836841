import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Answer, Ask } from '../../ask.ts'
import { responseIn } from '../../conversation.ts'
import type { Members } from '../../json.ts'

export const modern = '2026-07-28'

/** Revisions that open with `initialize`, newest first. */
export const initialized = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

export const inventedRevision = '2099-01-01'
export const inventedMethod = 'neonpanel/doctor/nothing'

const clientInfo = { name: 'neonpanel-doctor', version: '1.0.0' }
const accept = { accept: 'application/json, text/event-stream' }

/** Who asks: with a token, or without one where none is asked for. */
export interface Peer {
  readonly ask: Ask
  readonly mcpUrl: string
  readonly token: string | undefined
}

export function post(
  { ask, mcpUrl, token }: Peer,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask({ url: mcpUrl, json, token, headers: { ...accept, ...headers } })
}

export const initializeId = 'neonpanel-doctor-1'

export function initializeAs(peer: Peer, protocolVersion: string): Promise<Answer> {
  const params = { protocolVersion, capabilities: {}, clientInfo }
  return post(peer, { jsonrpc: '2.0', id: initializeId, method: 'initialize', params })
}

interface ModernWish {
  /** In the message. */
  readonly version?: string
  /** Laid over the right ones; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** A request of 2026-07-28: who asks stands in `_meta`, and headers repeat revision and method. */
export function postModern(
  peer: Peer,
  method: string,
  { version = modern, headers = {} }: ModernWish = {},
): Promise<Answer> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const message = { jsonrpc: '2.0', id: 1, method, params: { _meta } }
  const all = { 'mcp-protocol-version': version, 'mcp-method': method, ...headers }
  const sent = Object.entries(all).filter(([, value]) => value !== undefined)
  return post(peer, message, Object.fromEntries(sent) as Record<string, string>)
}

/** Opens the event stream of 2024-11-05, or what is there in its place. */
export function openStream({ ask, mcpUrl, token }: Peer): Promise<Answer> {
  const headers = { accept: 'text/event-stream' }
  const streamMs = isLoopbackUrl(mcpUrl) ? 500 : 2500
  return ask({ url: mcpUrl, token, headers, streamMs })
}

export const resultOf = (answer: Answer | undefined): Members | undefined =>
  answer && responseIn(answer)?.result

export const errorCodeOf = (answer: Answer | undefined): unknown =>
  answer && responseIn(answer)?.error?.code
