import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEvents } from '../testing/event-stream.ts'
import {
  initialize,
  modern,
  modernToolCall,
  modernVersion,
  request,
  toolCall,
} from '../testing/messages.ts'
import { type RequestOptions, type RunningServer, startServer } from '../testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from '../testing/tiny-authorization-server.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer
let token: string

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer)
  token = await authorizationServer.mint()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

const send = (options: RequestOptions, path = '/mcp') => server.request(path, { token, ...options })

async function beginSession(version = '2025-11-25'): Promise<string> {
  const response = await send({ body: initialize(version) })
  await response.text()
  return response.headers.get('Mcp-Session-Id')!
}

/** The stream stays open until `close`. */
async function openLegacyStream(path = '/mcp') {
  const gone = new AbortController()
  const response = await send({ method: 'GET', signal: gone.signal }, path)
  const events = readEvents(response)
  const endpoint = await events.next()
  return { response, events, endpoint: endpoint!, close: () => gone.abort() }
}

const rpcError = async (response: Response) =>
  ((await response.json()) as { error: { code: number } }).error

describe('GET', () => {
  it('G1: with a session id opens its one standalone stream', async () => {
    const gone = new AbortController()
    const headers = { 'Mcp-Session-Id': await beginSession() }
    const stream = await send({ method: 'GET', headers, signal: gone.signal })
    expect(stream.status).toBe(200)
    expect(stream.headers.get('Content-Type')).toBe('text/event-stream')
    expect(stream.headers.get('X-Accel-Buffering')).toBe('no')
    expect((await send({ method: 'GET', headers })).status).toBe(409)
    gone.abort()
  })

  it('G1: with an unknown session id is 404, and 406 without event streams', async () => {
    const unknown = { 'Mcp-Session-Id': crypto.randomUUID() }
    expect((await send({ method: 'GET', headers: unknown })).status).toBe(404)
    const headers = { 'Mcp-Session-Id': await beginSession(), Accept: 'application/json' }
    expect((await send({ method: 'GET', headers })).status).toBe(406)
  })

  it('G2: with Last-Event-ID alone resumes nothing', async () => {
    const response = await send({ method: 'GET', headers: { 'Last-Event-ID': '1' } })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, POST, DELETE, OPTIONS')
  })

  it('G3: is nothing that a client of a stateless revision does', async () => {
    for (const version of [modernVersion, '2027-01-01']) {
      const headers = { 'MCP-Protocol-Version': version }
      expect((await send({ method: 'GET', headers })).status).toBe(405)
    }
  })

  it.each([
    ['text/event-stream', {}],
    ['text/*', {}],
    ['*/*', {}],
    ['', {}],
    // What the TypeScript client sends when it reconnects.
    ['text/event-stream', { 'MCP-Protocol-Version': '2025-11-25' }],
  ])('G4: with Accept %j %j opens a 2024-11-05 stream', async (accept, headers) => {
    const gone = new AbortController()
    const stream = await send({
      method: 'GET',
      headers: { ...headers, Accept: accept },
      signal: gone.signal,
    })
    expect(stream.status).toBe(200)
    const first = await readEvents(stream).next()
    expect(first!.raw).toMatch(/^event: endpoint\ndata: \/mcp\?sessionId=[\w-]+$/)
    gone.abort()
  })

  it.each(['text/html', 'application/json', 'text/event-stream;q=0'])(
    'G5: with Accept %s has nothing to show',
    async (accept) => {
      expect((await send({ method: 'GET', headers: { Accept: accept } })).status).toBe(406)
    },
  )
})

describe('POST', () => {
  it('P1: for a stream is accepted and answered there, even in the modern manner', async () => {
    const { events, endpoint, close } = await openLegacyStream()
    const plain = await send({ body: initialize('2024-11-05') }, endpoint.data)
    expect([plain.status, await plain.text()]).toEqual([202, 'Accepted'])
    expect(JSON.parse((await events.next())!.data)).toMatchObject({
      id: 0,
      result: { protocolVersion: '2024-11-05' },
    })
    const probe = await send(modern('server/discover'), endpoint.data)
    expect(probe.status).toBe(202)
    expect(JSON.parse((await events.next())!.data)).toMatchObject({ error: { code: -32601 } })
    close()
  })

  it('P1: for no stream is 404', async () => {
    const response = await send({ body: toolCall('list_companies') }, '/mcp?sessionId=unknown')
    expect(response.status).toBe(404)
  })

  it('P2: with modern _meta is answered by itself, whatever session it names', async () => {
    const call = modernToolCall('list_companies')
    const headers = { ...call.headers, 'Mcp-Session-Id': 'unknown' }
    const response = await send({ body: call.body, headers })
    expect(response.status).toBe(200)
    expect(response.headers.get('Mcp-Session-Id')).toBeNull()
    expect(await response.json()).toMatchObject({
      result: { resultType: 'complete', structuredContent: { person: 'person-owner' } },
    })
  })

  it.each<[string, number, number, RequestOptions]>([
    ['an unknown version', 400, -32022, versioned('1900-01-01')],
    ['no header', 400, -32020, { body: modern('tools/list').body }],
    [
      'a header that contradicts',
      400,
      -32020,
      { ...modern('tools/list'), headers: methodHeader() },
    ],
    ['a header alone', 400, -32602, { ...modern('tools/list'), body: request('tools/list') }],
    ['an unknown method', 404, -32601, modern('no/such')],
    ['a method of earlier revisions', 404, -32601, modern('ping')],
    ['an id that is null', 400, -32600, { body: request('tools/list', {}, null) }],
    ['a batch', 400, -32600, { ...modern('tools/list'), body: [modern('tools/list').body] }],
    ['an unknown tool', 200, -32602, modernToolCall('no_such_tool')],
  ])('P2: with %s is %i, code %i', async (_what, status, code, options) => {
    const response = await send(options)
    expect(response.status).toBe(status)
    expect((await rpcError(response)).code).toBe(code)
  })

  it('P2: a notification is accepted without a body', async () => {
    const { id: _none, ...body } = modern('notifications/cancelled').body
    const response = await send({ ...modern('notifications/cancelled'), body })
    expect([response.status, await response.text()]).toEqual([202, ''])
  })

  it('P3: in a session is answered by it', async () => {
    const headers = { 'Mcp-Session-Id': await beginSession() }
    const response = await send({ headers, body: toolCall('list_companies', {}, 'a') })
    const answer = JSON.parse((await readEvents(response).next())!.data)
    expect(answer).toMatchObject({ id: 'a', result: { structuredContent: { client: 'client-a' } } })
  })

  it('P3: in a session with a version that never was is 400', async () => {
    const headers = { 'Mcp-Session-Id': await beginSession(), 'MCP-Protocol-Version': 'banana' }
    expect((await send({ headers, body: request('tools/list') })).status).toBe(400)
  })

  it('P3: in an unknown session is 404', async () => {
    const headers = { 'Mcp-Session-Id': 'unknown' }
    const response = await send({ headers, body: request('tools/list') })
    expect(response.status).toBe(404)
  })

  it.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2024-11-05'],
    ['1.0', '2025-11-25'],
  ])('P4: initialize with %s begins a session of %s', async (asked, negotiated) => {
    const response = await send({ body: initialize(asked) })
    expect(response.status).toBe(200)
    expect(response.headers.get('Mcp-Session-Id')).toMatch(/^[\x21-\x7e]{32,}$/)
    expect(JSON.parse((await readEvents(response).next())!.data)).toMatchObject({
      result: { protocolVersion: negotiated, serverInfo: { name: 'neonpanel' } },
    })
  })

  it('P4: initialize needs no Accept of both types when anything is accepted', async () => {
    const headers = { Accept: '*/*' }
    expect((await send({ headers, body: initialize('2025-06-18') })).status).toBe(200)
    const json = { Accept: 'application/json' }
    const refused = await send({ headers: json, body: initialize('2025-06-18') })
    expect(refused.status).toBe(406)
    expect(refused.headers.get('Mcp-Session-Id')).toBeNull()
  })

  it.each([
    ['a call', toolCall('list_companies')],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
    ['a batch', [request('tools/list')]],
    ['initialize in a batch', [initialize('2025-03-26')]],
  ])('P5: %s without a session is 400', async (_what, body) => {
    const response = await send({ body })
    expect(response.status).toBe(400)
    expect((await rpcError(response)).code).toBe(-32000)
  })
})

describe('DELETE', () => {
  it('D1: ends a session for good', async () => {
    const headers = { 'Mcp-Session-Id': await beginSession() }
    expect((await send({ method: 'DELETE', headers })).status).toBe(200)
    expect((await send({ method: 'DELETE', headers })).status).toBe(404)
    expect((await send({ headers, body: request('ping') })).status).toBe(404)
  })

  it('D1: of an unknown session is 404', async () => {
    const headers = { 'Mcp-Session-Id': 'unknown' }
    expect((await send({ method: 'DELETE', headers })).status).toBe(404)
  })

  it('D2: without a session id is 405', async () => {
    expect((await send({ method: 'DELETE' })).status).toBe(405)
  })
})

describe('other methods', () => {
  it.each(['PUT', 'PATCH', 'HEAD'])('%s is 405', async (method) => {
    const response = await send({ method })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, POST, DELETE, OPTIONS')
  })
})

describe('/sse and /sse/', () => {
  it.each(['/sse', '/sse/', '/mcp/'])('%s opens a stream for itself', async (path) => {
    const { events, endpoint, close } = await openLegacyStream(path)
    expect(endpoint.data.startsWith(`${path}?sessionId=`)).toBe(true)
    expect((await send({ body: toolCall('list_companies') }, endpoint.data)).status).toBe(202)
    expect(JSON.parse((await events.next())!.data)).toMatchObject({ id: 1, result: {} })
    close()
  })

  it.each(['POST', 'DELETE', 'PUT'])('%s without a stream is 405', async (method) => {
    const response = await send({ method }, '/sse')
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, OPTIONS')
  })

  it('ignore session ids of other revisions', async () => {
    const headers = { 'Mcp-Session-Id': await beginSession() }
    expect((await send({ headers, body: request('ping') }, '/sse')).status).toBe(405)
  })
})

describe('LEGACY_SSE=off', () => {
  it('takes the stream away and nothing else', async () => {
    await using off = await startServer(authorizationServer, { LEGACY_SSE: 'off' })
    expect((await off.request('/mcp', { token, method: 'GET' })).status).toBe(405)
    expect((await off.request('/sse/', { token, method: 'GET' })).status).toBe(405)
    expect((await off.request('/sse', { token, body: {} })).status).toBe(405)
    const body = initialize('2025-11-25')
    expect((await off.request('/mcp', { token, body })).status).toBe(200)
    expect((await off.request('/mcp', { token, ...modern('tools/list') })).status).toBe(200)
  })
})

function versioned(version: string): RequestOptions {
  const { body, headers } = modern('tools/list')
  const text = JSON.stringify(body).replaceAll(modernVersion, version)
  return { body: text, headers: { ...headers, 'MCP-Protocol-Version': version } }
}

function methodHeader() {
  return { ...modern('tools/list').headers, 'Mcp-Method': 'tools/call' }
}
