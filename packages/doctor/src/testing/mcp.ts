import { randomUUID } from 'node:crypto'
import type { Addresses, Changes } from './changes.ts'
import { resourceMetadataUrl } from './documents.ts'
import type { Asked } from './play.ts'
import { callTool, tools } from './tools.ts'

const modern = '2026-07-28'
const earlier = ['2025-11-25', '2025-06-18', '2025-03-26']

type Message = {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
}

/** The MCP endpoint behind the token: revision 2026-07-28, and those of 2025 with sessions. */
export function createMcp(at: Addresses, changes: Changes) {
  const sessions = new Set<string>()
  return async (asked: Asked, granted: readonly string[]): Promise<Response> => {
    if (asked.method === 'GET') return openStream(asked, sessions)
    if (asked.method === 'DELETE') return endSession(asked, sessions)
    if (asked.method !== 'POST') return wrongMethod()
    const message = parse(asked.body)
    if (!message) return failed(null, -32700, 'The body is no JSON-RPC message.')
    const needed = neededScope(message)
    if (needed && !granted.includes(needed)) return insufficientScope(at, needed)
    const meta = message.params?._meta as Record<string, unknown> | undefined
    const version = meta?.['io.modelcontextprotocol/protocolVersion']
    return version === undefined
      ? answerEarlier(asked, message, { sessions, changes })
      : answerModern(asked, message, { version, changes })
  }
}

const wrongMethod = () =>
  Response.json({}, { status: 405, headers: { allow: 'GET, POST, DELETE, OPTIONS' } })

function parse(body: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(body)
    return typeof message === 'object' && message !== null && !Array.isArray(message)
      ? message
      : undefined
  } catch {
    return undefined
  }
}

function openStream({ headers }: Asked, sessions: ReadonlySet<string>): Response {
  const session = headers.get('mcp-session-id')
  if (!session) return wrongMethod()
  if (!sessions.has(session)) return Response.json({}, { status: 404 })
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(': open\n\n'))
    },
  })
  const sent = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' }
  return new Response(stream, { headers: sent })
}

function endSession({ headers }: Asked, sessions: Set<string>): Response {
  const known = sessions.delete(headers.get('mcp-session-id') ?? '')
  return known ? new Response(null, { status: 204 }) : Response.json({}, { status: 404 })
}

const neededScope = ({ method, params }: Message) =>
  method === 'tools/call' ? tools.find(({ name }) => name === params?.name)?.scope : undefined

function insufficientScope(at: Addresses, scope: string): Response {
  const header = `Bearer error="insufficient_scope", scope="${scope}", resource_metadata="${resourceMetadataUrl(at)}"`
  return Response.json(
    { error: 'insufficient_scope' },
    { status: 403, headers: { 'www-authenticate': header } },
  )
}

const info = { name: 'a-healthy-server', version: '1.0.0' }
const capabilities = { tools: {} }

function resultOf({ method, params }: Message, { results }: Changes): unknown {
  if (method && results && Object.hasOwn(results, method)) return results[method]
  if (method === 'tools/list')
    return { tools: tools.map(({ scope: _, call: __, ...tool }) => tool) }
  if (method === 'tools/call') return callTool(params ?? {})
  return method === 'ping' ? {} : undefined
}

function answerEarlier(
  asked: Asked,
  message: Message,
  { sessions, changes }: { sessions: Set<string>; changes: Changes },
): Response {
  const { id, method, params } = message
  if (method === 'initialize') {
    const wanted = String(params?.protocolVersion)
    const protocolVersion = earlier.includes(wanted) ? wanted : earlier[0]
    const session = randomUUID()
    sessions.add(session)
    const result = changes.results?.initialize ?? {
      protocolVersion,
      capabilities,
      serverInfo: info,
    }
    return Response.json({ jsonrpc: '2.0', id, result }, { headers: { 'mcp-session-id': session } })
  }
  const session = asked.headers.get('mcp-session-id')
  if (!session) return failed(id, -32000, 'Mcp-Session-Id is needed.')
  if (!sessions.has(session)) return failed(id, -32001, 'The session is not known.', 404)
  const version = asked.headers.get('mcp-protocol-version')
  if (version && !earlier.includes(version)) return failed(id, -32000, 'The version is not known.')
  if (id === undefined) return new Response(null, { status: 202 })
  const result = resultOf(message, changes)
  if (result === undefined) return failed(id, -32601, 'The method is not known.', 200)
  return Response.json({ jsonrpc: '2.0', id, result })
}

function answerModern(
  { headers }: Asked,
  message: Message,
  { version, changes }: { version: unknown; changes: Changes },
): Response {
  const { id, method, params } = message
  if (version !== modern) {
    const data = { supported: [modern, ...earlier], requested: version }
    return failed(id, -32022, 'The version is not supported.', 400, data)
  }
  const repeated =
    headers.get('mcp-protocol-version') === modern &&
    headers.get('mcp-method') === method &&
    (method !== 'tools/call' || headers.get('mcp-name') === params?.name)
  if (!repeated) return failed(id, -32020, 'The headers say other things than the body.')
  if (id === undefined) return new Response(null, { status: 202 })
  const cached = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
  if (method === 'server/discover') {
    const found = { supportedVersions: [modern, ...earlier], capabilities, serverInfo: info }
    const result = changes.results?.[method] ?? { ...found, ...cached }
    return Response.json({ jsonrpc: '2.0', id, result })
  }
  const result = resultOf(message, changes)
  if (result === undefined) return failed(id, -32601, 'The method is not known.', 404)
  const whole = method === 'tools/list' ? cached : { resultType: 'complete' }
  return Response.json({ jsonrpc: '2.0', id, result: { ...(result as object), ...whole } })
}

function failed(
  id: string | number | null | undefined,
  code: number,
  message: string,
  status = 400,
  data?: unknown,
): Response {
  const error = { code, message, ...(data !== undefined && { data }) }
  return Response.json({ jsonrpc: '2.0', id: id ?? null, error }, { status })
}
