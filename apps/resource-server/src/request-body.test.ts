import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseBody } from './json-body.ts'
import { modernToolCall } from './testing/messages.ts'
import { type RunningServer, startServer } from './testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from './testing/tiny-authorization-server.ts'

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

const megabyte = 1024 * 1024

/** A body that comes in pieces, of unannounced length. */
async function sendChunked(bytes: number): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status?: number; body: string }>()
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const sent = httpRequest(`${server.origin}/mcp`, { method: 'POST', headers }, async (answer) =>
    resolve({ ...(answer.statusCode && { status: answer.statusCode }), body: await text(answer) }),
  )
  sent.on('error', reject)
  sent.write('"')
  sent.write('a'.repeat(bytes))
  sent.end('"')
  const { status, body } = await promise
  return { status, body }
}

describe('the body of a POST', () => {
  it('may be large', async () => {
    const call = modernToolCall('search', { query: 'a'.repeat(megabyte / 2) })
    expect((await server.request('/mcp', { token, ...call })).status).toBe(200)
  })

  it('is refused above 1 MiB, also without a token, and the server goes on', async () => {
    const body = JSON.stringify('a'.repeat(megabyte))
    const response = await server.request('/mcp', { body })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } })
    expect((await server.request('/healthz', { method: 'GET' })).status).toBe(200)
  })

  it('is refused above 1 MiB when its length was not announced', async () => {
    const { status, body } = await sendChunked(megabyte)
    expect(status).toBe(413)
    expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0' })
  })

  it.each(['', '{', 'undefined', '{"a":1}}', "{'a':1}"])('that is no JSON: %j', async (body) => {
    const headers = { 'Content-Type': 'application/json' }
    const response = await server.request('/mcp', { token, body, headers })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: -32700 }, id: null })
  })

  it.each(['{}', '"text"', '1', 'null', 'true', '[]', '[1]', '{"jsonrpc":"1.0"}'])(
    'that is no message: %s',
    async (body) => {
      const response = await server.request('/mcp', { token, body })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32600 } })
    },
  )

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'of type %s is not read as JSON',
    async (type) => {
      const headers = { 'Content-Type': type }
      const response = await server.request('/mcp', { token, body: '{}', headers })
      expect(response.status).toBe(415)
    },
  )
})

describe('nesting', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

  it('is refused beyond 64', () => {
    expect(parseBody(nested(64)).ok).toBe(true)
    expect(parseBody(nested(65))).toMatchObject({ ok: false, code: -32600 })
    expect(parseBody('{"a":'.repeat(65)).ok).toBe(false)
    expect(parseBody(nested(400_000))).toMatchObject({ code: -32600 })
  })

  it('is not brackets in strings, nor brackets side by side', () => {
    expect(parseBody(JSON.stringify('['.repeat(100))).ok).toBe(true)
    expect(parseBody(JSON.stringify(`\\"${'{'.repeat(100)}`)).ok).toBe(true)
    expect(parseBody(`[${Array(100).fill('[]').join()}]`).ok).toBe(true)
  })
})
