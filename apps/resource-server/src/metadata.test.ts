import { proofAlgorithms } from '@neonpanel/contracts/dpop'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from './testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from './testing/tiny-authorization-server.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer)
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

const get = (path: string, headers: Record<string, string> = {}) =>
  server.request(path, { method: 'GET', headers })

const prefix = '/.well-known/oauth-protected-resource'

describe('protected-resource metadata (RFC 9728)', () => {
  it('describes the resource', async () => {
    const response = await get(`${prefix}/mcp`)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toContain('application/json')
    expect(await response.json()).toEqual({
      resource: 'http://localhost:4401/mcp',
      authorization_servers: [authorizationServer.issuer],
      scopes_supported: resourceScopes,
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: proofAlgorithms,
      resource_name: 'NeonPanel',
      resource_documentation: 'http://localhost:4401/',
    })
  })

  it.each([
    [prefix, 'http://localhost:4401/mcp'],
    [`${prefix}/mcp`, 'http://localhost:4401/mcp'],
    [`${prefix}/mcp/`, 'http://localhost:4401/mcp/'],
    [`${prefix}/sse`, 'http://localhost:4401/sse'],
    [`${prefix}/sse/`, 'http://localhost:4401/sse/'],
  ])('%s is about %s', async (path, resource) => {
    expect(await (await get(path)).json()).toMatchObject({ resource })
  })

  it('lists the nine scopes and none of the authorization server’s own', async () => {
    const { scopes_supported } = (await (await get(prefix)).json()) as Record<string, string[]>
    expect(scopes_supported).toHaveLength(9)
    for (const scope of ['openid', 'offline_access', 'dcr.create']) {
      expect(scopes_supported).not.toContain(scope)
    }
  })

  it('may be read by every web page and kept for a while', async () => {
    const response = await get(prefix, { Origin: 'https://page.example' })
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(response.headers.get('Cache-Control')).toMatch(/^public, max-age=\d+$/)
    const preflight = await server.request(prefix, {
      method: 'OPTIONS',
      headers: { Origin: 'https://page.example', 'Access-Control-Request-Headers': 'mcp-x' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toBe('mcp-x')
  })

  it.each([`${prefix}/other`, `${prefix}/mcp/deeper`, `${prefix}x`])(
    'is not at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )

  it.each(['POST', 'PUT', 'DELETE'])('is not for %s', async (method) => {
    const response = await server.request(prefix, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, HEAD, OPTIONS')
  })
})

describe('the mirrored documents of the authorization server', () => {
  it.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    '%s is what the authorization server says',
    async (path) => {
      const response = await get(path)
      expect(await response.json()).toMatchObject({ issuer: authorizationServer.issuer, path })
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    },
  )

  it('are 503 while it is away and no fresh copy is there', async () => {
    authorizationServer.fail(true)
    advanceClock(61_000)
    const response = await get('/.well-known/openid-configuration')
    resetClock()
    authorizationServer.fail(false)
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('5')
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' })
  })
})

describe('endpoints that clients of 2025-03-26 guess', () => {
  it.each([
    ['GET', '/authorize', 303, '/oauth2/authorize'],
    ['POST', '/authorize', 307, '/oauth2/authorize'],
    ['POST', '/token', 307, '/oauth2/token'],
    ['POST', '/register', 307, '/oauth2/register'],
  ])('%s %s goes on to the authorization server', async (method, path, status, endpoint) => {
    const response = await server.request(`${path}?state=a%20b`, { method })
    expect(response.status).toBe(status)
    expect(response.headers.get('Location')).toBe(
      `${authorizationServer.issuer}${endpoint}?state=a%20b`,
    )
  })

  it.each([
    ['GET', '/token', 'POST, OPTIONS'],
    ['GET', '/register', 'POST, OPTIONS'],
    ['DELETE', '/authorize', 'GET, POST, OPTIONS'],
  ])('%s %s does not', async (method, path, allow) => {
    const response = await server.request(path, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe(allow)
  })
})

describe('other paths', () => {
  it.each(['/mcp/deeper', '/MCP', '/sse/x', '/constructor', '/admin', '/.env'])(
    '%s is a plain 404 in JSON',
    async (path) => {
      const response = await get(path)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ error: 'not_found' })
    },
  )

  it('the address itself says where to go', async () => {
    expect(await (await get('/')).text()).toContain('http://localhost:4401/mcp')
  })

  it('health, readiness and metrics answer', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' })
    expect(await (await get('/readyz')).json()).toEqual({
      status: 'ready',
      checks: { database: true, keys: true },
    })
    expect(await (await get('/metrics')).text()).toContain('http_request_duration_seconds')
  })
})
