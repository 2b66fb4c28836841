import { request } from 'node:http'
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

/** `fetch` does not let a test choose the Host header. */
function statusForHost(
  running: RunningServer,
  host: string,
  { path = '/mcp', ...headers }: Record<string, string> = {},
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  request(`${running.origin}${path}`, { headers: { ...headers, host } }, (response) => {
    response.resume()
    resolve(response.statusCode)
  })
    .on('error', reject)
    .end()
  return promise
}

describe('the Host header', () => {
  it.each(['localhost:4401', '127.0.0.1:4401', '[::1]:4401', 'LOCALHOST:4401'])(
    '%s is this server',
    async (host) => {
      expect(await statusForHost(server, host)).toBe(401)
    },
  )

  it.each([
    'evil.example',
    'evil.example:4401',
    'localhost',
    'localhost:1',
    'localhost.evil.example:4401',
    '10.0.0.1:4401',
  ])('%s is not', async (host) => {
    expect(await statusForHost(server, host)).toBe(421)
  })

  it('is judged before anything is told, metadata as well', async () => {
    const path = '/.well-known/oauth-protected-resource'
    expect(await statusForHost(server, 'evil.example', { path })).toBe(421)
  })

  it('is the proxy’s word only when a proxy is trusted', async () => {
    const forwarded = { 'X-Forwarded-Host': 'localhost:4401' }
    expect(await statusForHost(server, 'evil.example', forwarded)).toBe(421)
    await using behind = await startServer(authorizationServer, { TRUST_PROXY: 'true' })
    expect(await statusForHost(behind, 'inside:80', forwarded)).toBe(401)
  })

  it('is exactly the public one off loopback', async () => {
    await using staging = await startServer(authorizationServer, {
      MCP_URL: 'https://mcp.neonpanel.test/mcp',
    })
    expect(await statusForHost(staging, 'mcp.neonpanel.test')).toBe(401)
    expect(await statusForHost(staging, 'mcp.neonpanel.test:443')).toBe(401)
    expect(await statusForHost(staging, 'mcp.neonpanel.test:80')).toBe(421)
    expect(await statusForHost(staging, 'localhost:4401')).toBe(421)
    expect(await statusForHost(staging, new URL(staging.origin).host)).toBe(421)
  })
})

describe('the Origin header', () => {
  const send = (Origin: string, method = 'GET', headers = {}) =>
    server.request('/mcp', { method, headers: { Origin, ...headers } })

  it.each(['http://localhost:6274', 'http://127.0.0.1:3000', 'http://localhost:4401'])(
    '%s may read answers, challenges too',
    async (origin) => {
      const response = await send(origin)
      expect(response.status).toBe(401)
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin)
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
      expect(response.headers.get('Vary')).toContain('Origin')
      const exposed = response.headers.get('Access-Control-Expose-Headers')
      for (const name of ['WWW-Authenticate', 'Mcp-Session-Id', 'MCP-Protocol-Version']) {
        expect(exposed).toContain(name)
      }
    },
  )

  it('of the authorization server may as well', async () => {
    expect((await send(authorizationServer.issuer)).status).toBe(401)
  })

  it.each([
    'https://evil.example',
    'http://localhost.evil.example',
    'http://localhost:6274/path',
    'null',
    'file://',
    'nonsense',
  ])('%s is refused before authentication', async (origin) => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const response = await send(origin, method)
      expect(response.status).toBe(403)
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
  })

  it('is refused at the aliases too', async () => {
    const headers = { Origin: 'https://evil.example' }
    expect((await server.request('/sse/', { method: 'GET', headers })).status).toBe(403)
  })

  it('needs no token for a preflight, which allows what MCP clients send', async () => {
    const response = await send('http://localhost:6274', 'OPTIONS', {
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization, Mcp-Param-Region, x-evil',
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('Access-Control-Allow-Methods')).toBe('GET, POST, DELETE, OPTIONS')
    const allowed = response.headers.get('Access-Control-Allow-Headers')!.split(', ')
    expect(allowed).toEqual(
      expect.arrayContaining(['authorization', 'mcp-session-id', 'last-event-id']),
    )
    expect(allowed).toContain('mcp-param-region')
    expect(allowed).not.toContain('x-evil')
  })
})
