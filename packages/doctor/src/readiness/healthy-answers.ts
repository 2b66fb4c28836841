import type { Stage } from './stage.ts'

/** What the person's browser and a healthy server hand out in a rehearsal; good nowhere. */
export const madeUp = {
  clientId: 'neonpanel-doctor-rehearsal',
  code: 'made-up-code',
  accessToken: 'made-up-access-token',
  refreshToken: 'made-up-refresh-token',
} as const

interface Sent extends Omit<RequestInit, 'method'> {
  readonly url: string
  readonly method?: string | undefined
}

/** Pages may read all of it: whether the server lets them is asked of the server, in preflights. */
const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' }

/** What a healthy server answers to what must not reach this one; undefined = the request leaves no trace and may go there. */
export function healthyAnswer(sent: Sent, stage: Stage): Response | undefined {
  const { url, method = 'GET' } = sent
  const headers = new Headers(sent.headers)
  const body = typeof sent.body === 'string' ? sent.body : ''
  const withToken = headers.get('authorization') === `Bearer ${madeUp.accessToken}`
  if (withToken && method === 'POST') return mcpAnswer(body)
  // A stream is not offered, and the end of a session not refused.
  if (withToken) return new Response(null, { status: method === 'GET' ? 405 : 204, headers: cors })
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return undefined
  if (headers.get('content-type') === 'application/x-www-form-urlencoded') return tokens()
  if (url === stage.mcpUrl && method === 'POST' && !headers.has('authorization')) return undefined
  return registered(stage.registration, body)
}

function tokens(): Response {
  const body = {
    access_token: madeUp.accessToken,
    token_type: 'Bearer',
    expires_in: 300,
    refresh_token: madeUp.refreshToken,
  }
  return Response.json(body, { headers: cors })
}

function registered(registration: Stage['registration'], body: string): Response {
  const refused = (status: number, error: string, error_description: string) =>
    Response.json({ error, error_description }, { status, headers: cors })
  switch (registration) {
    case 'open': {
      const information = { ...parsed(body), client_id: madeUp.clientId }
      return Response.json(information, { status: 201, headers: cors })
    }
    case 'gated':
      return refused(401, 'invalid_token', 'an initial access token is needed')
    case 'closed':
      return refused(403, 'access_denied', 'clients do not register here')
    case 'none':
      return refused(404, 'not_found', 'there is no registration endpoint')
  }
}

function mcpAnswer(body: string): Response {
  const message = parsed(body)
  if (message.id === undefined) return new Response(null, { status: 202, headers: cors })
  const result = resultOf(message.method, parsed(JSON.stringify(message.params ?? {})))
  return Response.json({ jsonrpc: '2.0', id: message.id, result }, { headers: cors })
}

const serverInfo = { name: 'rehearsal', version: '1' }
const tool = {
  name: 'look',
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
}

function resultOf(method: unknown, params: Record<string, unknown>): Record<string, unknown> {
  switch (method) {
    case 'tools/list':
      return { tools: [tool] }
    case 'tools/call':
      return { content: [{ type: 'text', text: 'seen' }] }
    default:
      return { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo }
  }
}

function parsed(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body))
  } catch {
    return {}
  }
}
