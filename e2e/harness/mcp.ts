import { type Answer, bearer } from '@neonpanel/testing-kit/client/http'
import { createParser } from 'eventsource-parser'

export const modernVersion = '2026-07-28'

export const sessionVersions = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

export interface RpcAnswer {
  readonly jsonrpc?: '2.0'
  readonly id?: string | number | null
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** An HTTP answer to an MCP message; `rpc` is its JSON-RPC response, from JSON or from an event stream. */
export interface McpAnswer extends Answer<unknown> {
  readonly rpc: RpcAnswer
}

export interface ToolResult {
  readonly isError?: boolean
  readonly content: readonly { readonly type: string; readonly text: string }[]
  readonly structuredContent: Record<string, unknown>
}

/** Sends one HTTP request to an MCP endpoint; `message` is its JSON body, if any. */
export async function mcpRequest(
  url: string,
  message: unknown,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<McpAnswer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    ...(message === undefined ? {} : { body: JSON.stringify(message) }),
  })
  const text = await response.text()
  const body = bodyOf(response.headers.get('content-type') ?? '', text)
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    rpc: (body ?? {}) as RpcAnswer,
  }
}

function bodyOf(type: string, text: string): unknown {
  if (type.startsWith('application/json')) return text ? JSON.parse(text) : undefined
  if (!type.startsWith('text/event-stream')) return undefined
  const messages: unknown[] = []
  const parser = createParser({ onEvent: ({ data }) => data && messages.push(JSON.parse(data)) })
  parser.feed(text)
  return messages.findLast((message) => typeof message === 'object' && message && 'id' in message)
}

export function rpc(method: string, params: unknown = {}, id: string | number = 1) {
  return { jsonrpc: '2.0', id, method, params }
}

/** A request of revision 2026-07-28: the metadata in the body, and its copy in the headers. */
export function modernMessage(method: string, params: Record<string, unknown> = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const name = params.name ?? params.uri
  const headers: Record<string, string> = {
    'mcp-protocol-version': modernVersion,
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
  }
  return { message: rpc(method, { ...params, _meta }), headers }
}

/** One request of revision 2026-07-28 with a bearer token. */
export function modernCall(
  url: string,
  token: string,
  method: string,
  params: Record<string, unknown> = {},
): Promise<McpAnswer> {
  const { message, headers } = modernMessage(method, params)
  return mcpRequest(url, message, { ...headers, ...bearer(token) })
}

/** Calls a tool in revision 2026-07-28. */
export async function callTool(
  url: string,
  token: string,
  name: string,
  input: Record<string, unknown> = {},
): Promise<McpAnswer & { readonly tool: ToolResult }> {
  const answer = await modernCall(url, token, 'tools/call', { name, arguments: input })
  return { ...answer, tool: answer.rpc.result as unknown as ToolResult }
}

export function initializeMessage(version: string, id: string | number = 0) {
  const clientInfo = { name: 'e2e', version: '1.0.0' }
  return rpc('initialize', { protocolVersion: version, capabilities: {}, clientInfo }, id)
}

/** Opens a session of a 2025 revision: initialize, then `notifications/initialized`. */
export async function openSession(url: string, token: string, version: string) {
  const opened = await mcpRequest(url, initializeMessage(version), bearer(token))
  const sessionId = opened.headers.get('mcp-session-id') ?? ''
  const headers = {
    'mcp-session-id': sessionId,
    'mcp-protocol-version': version,
  }
  const request = (message: unknown, with_: Record<string, string> = {}, method = 'POST') =>
    mcpRequest(url, message, { ...headers, ...bearer(token), ...with_ }, method)
  await request({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return { opened, sessionId, headers, request }
}
