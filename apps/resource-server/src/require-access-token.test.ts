import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modernToolCall, toolCall } from './testing/messages.ts'
import { type RunningServer, startServer } from './testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from './testing/tiny-authorization-server.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer, { REVOCATION_CHECK_SECONDS: '0' })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

const metadata = 'http://localhost:4401/.well-known/oauth-protected-resource'
const first = `Bearer resource_metadata="${metadata}/mcp", scope="read:companies read:inventory"`

const challengeOf = (response: Response) => response.headers.get('WWW-Authenticate')

describe('without credentials', () => {
  it.each(['GET', 'POST', 'DELETE', 'PUT', 'PATCH'])(
    '%s is challenged, without an error code',
    async (method) => {
      const response = await server.request('/mcp', { method })
      expect(response.status).toBe(401)
      expect(challengeOf(response)).toBe(first)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      expect(await response.json()).toEqual({
        error: 'unauthorized',
        error_description: 'An access token is required.',
      })
    },
  )

  it('HEAD is challenged as well', async () => {
    expect((await server.request('/mcp', { method: 'HEAD' })).status).toBe(401)
  })

  it('a session id does not help', async () => {
    const headers = { 'Mcp-Session-Id': crypto.randomUUID() }
    expect((await server.request('/mcp', { headers, body: toolCall('search') })).status).toBe(401)
  })

  it('a known call is challenged with what it needs', async () => {
    const body = [toolCall('get_revenue_and_cogs'), toolCall('list_companies')]
    const response = await server.request('/mcp', { body })
    expect(challengeOf(response)).toContain('scope="read:revenue read:cogs read:companies"')
  })

  it.each([
    ['/mcp', `${metadata}/mcp`],
    ['/mcp/', `${metadata}/mcp/`],
    ['/sse', `${metadata}/sse`],
    ['/sse/', `${metadata}/sse/`],
  ])('%s names its own metadata', async (path, url) => {
    const response = await server.request(path, { method: 'GET' })
    expect(challengeOf(response)).toContain(`resource_metadata="${url}"`)
  })

  it.each(['Basic dXNlcjpwYXNz', 'DPoPtoken abc', 'Bearertoken abc', 'token'])(
    'another scheme is none: %s',
    async (authorization) => {
      const response = await server.request('/mcp', { headers: { authorization } })
      expect(response.status).toBe(401)
      expect(challengeOf(response)).toBe(first)
    },
  )

  it('a token in the query or in a form is none', async () => {
    const token = await authorizationServer.mint()
    const inQuery = await server.request(`/mcp?access_token=${token}`, { method: 'GET' })
    const inForm = await server.request('/mcp', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `access_token=${token}`,
    })
    expect([inQuery.status, inForm.status]).toEqual([401, 401])
    expect(challengeOf(inForm)).toBe(first)
  })
})

describe('malformed credentials', () => {
  it.each(['Bearer', 'Bearer ', 'Bearer two tokens', 'Bearer "quoted"', 'bearer a,b'])(
    '%j are an invalid request',
    async (authorization) => {
      const response = await server.request('/mcp', { headers: { authorization } })
      expect(response.status).toBe(400)
      expect(challengeOf(response)).toContain('error="invalid_request"')
    },
  )
})

describe('a bad token', () => {
  it('is 401 with invalid_token, also where a scope is missing too', async () => {
    const token = await authorizationServer.mint({ exp: 1_000_000_000, scope: '' })
    const response = await server.request('/mcp', { token, body: toolCall('search') })
    expect(response.status).toBe(401)
    expect(challengeOf(response)).toBe(
      `Bearer resource_metadata="${metadata}/mcp", scope="read:inventory", error="invalid_token", ` +
        'error_description="The access token has expired."',
    )
  })

  it('shows nothing but that', async () => {
    const token = await authorizationServer.mint({}, { stranger: true })
    const response = await server.request('/mcp', { token, body: toolCall('search') })
    expect(Object.keys((await response.json()) as object)).toEqual(['error', 'error_description'])
  })

  it('that was revoked is refused at once when every request asks', async () => {
    const token = await authorizationServer.mint()
    const call = modernToolCall('list_companies')
    expect((await server.request('/mcp', { token, ...call })).status).toBe(200)
    authorizationServer.revoke(token)
    expect((await server.request('/mcp', { token, ...call })).status).toBe(401)
  })

  it('RS-29: is never logged', async () => {
    const token = await authorizationServer.mint()
    await server.request('/mcp', { token: `${token}x`, body: toolCall('search') })
    await server.request('/mcp', { token, ...modernToolCall('search', { query: 'throw' }) })
    expect(server.logged()).not.toContain(token)
  })

  it('is read from Bearer in any case', async () => {
    const headers = { authorization: `bEARER  ${await authorizationServer.mint()}` }
    const call = modernToolCall('list_companies')
    const response = await server.request('/mcp', {
      body: call.body,
      headers: { ...call.headers, ...headers },
    })
    expect(response.status).toBe(200)
  })
})

describe('while the authorization server is away', () => {
  it('RS-27: a good token is neither accepted nor thrown away', async () => {
    const token = await authorizationServer.mint()
    authorizationServer.fail(true)
    const response = await server.request('/mcp', { token, ...modernToolCall('list_companies') })
    authorizationServer.fail(false)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(challengeOf(response)).toBeNull()
  })
})
