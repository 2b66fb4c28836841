import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const get = (path: string, init: RequestInit = {}) => fetch(server.issuer + path, init)

async function metadata(path = '/.well-known/oauth-authorization-server') {
  return (await (await get(path)).json()) as Record<string, string | string[] | boolean>
}

/** `fetch` sets Host itself. */
function getAs(host: string, path: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  request(server.issuer + path, { headers: { host } }, async (response) => {
    let body = ''
    for await (const chunk of response) body += chunk
    resolve({ status: response.statusCode ?? 0, body })
  })
    .on('error', reject)
    .end()
  return promise
}

describe('metadata', () => {
  test('is the same at both addresses', async () => {
    const path = '/.well-known/openid-configuration'
    expect(await metadata(path)).toEqual(await metadata())
  })

  test('says what MCP clients look for', async () => {
    expect(await metadata()).toMatchObject({
      issuer: server.issuer,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      service_documentation: `${server.issuer}/`,
      protected_resources: [server.config.mcpUrl],
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256', 'ES256']),
      token_endpoint_auth_methods_supported: expect.arrayContaining(['none', 'private_key_jwt']),
      scopes_supported: expect.arrayContaining(['read:inventory', 'openid', 'offline_access']),
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
    })
  })

  test('promises nothing that does not work', async () => {
    const document = await metadata()
    expect(document.request_uri_parameter_supported).toBe(false)
    expect(document.grant_types_supported).not.toContain('implicit')
    expect(document.scopes_supported).not.toContain('dcr.create')
  })

  test('names endpoints that are there', async () => {
    const endpoints = Object.entries(await metadata()).filter(([name]) =>
      name.endsWith('_endpoint'),
    )
    expect(endpoints).toHaveLength(9)
    for (const [name, url] of endpoints) {
      const { status } = await fetch(String(url), { redirect: 'manual' })
      expect(status, name).not.toBe(404)
    }
  })

  test('has no registration endpoint where registration is off', async () => {
    await using off = await startServer({ REGISTRATION_MODE: 'off' })
    const document = await (await fetch(`${off.issuer}/.well-known/openid-configuration`)).json()
    expect(document).not.toHaveProperty('registration_endpoint')
    const refused = await fetch(`${off.issuer}/oauth2/register`, { method: 'POST', body: '{}' })
    expect(refused.status).toBe(404)
  })

  test('may be cached for a while and read by any web page', async () => {
    const response = await get('/.well-known/oauth-authorization-server', {
      headers: { origin: 'http://localhost:6274' },
    })
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:6274')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('does not follow the Host header', async () => {
    const refused = await getAs('evil.example', '/.well-known/oauth-authorization-server')
    expect(refused.status).toBe(421)
    expect(refused.body).not.toContain('evil.example')
    const byAddress = await getAs('127.0.0.1:9', '/.well-known/oauth-authorization-server')
    expect(JSON.parse(byAddress.body).token_endpoint).toBe(`${server.issuer}/oauth2/token`)
  })

  test('does not follow forwarded headers without a proxy in front', async () => {
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
    const response = await get('/.well-known/oauth-authorization-server', { headers })
    expect(await response.json()).toHaveProperty('token_endpoint', `${server.issuer}/oauth2/token`)
  })

  test('keys have no private part', async () => {
    const { keys } = (await (await get('/oauth2/jwks')).json()) as { keys: object[] }
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(key).toMatchObject({ kid: expect.any(String), use: 'sig', alg: expect.any(String) })
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
        expect(key).not.toHaveProperty(secret)
    }
  })
})

describe('endpoints', () => {
  test.each([
    ['GET', '/oauth2/token', 'POST, OPTIONS'],
    ['DELETE', '/oauth2/revoke', 'POST, OPTIONS'],
    ['GET', '/oauth2/register', 'POST, OPTIONS'],
    ['POST', '/oauth2/register/some-client', 'GET, HEAD, PUT, DELETE, OPTIONS'],
    ['PUT', '/oauth2/authorize', 'GET, HEAD, POST'],
    ['POST', '/.well-known/openid-configuration', 'GET, HEAD, OPTIONS'],
  ])('answer %s %s with 405 and what they take', async (method, path, allow) => {
    const response = await get(path, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
  })

  test.each([
    '/oauth2/token',
    '/oauth2/revoke',
    '/oauth2/introspect',
    '/oauth2/register',
    '/oauth2/par',
  ])('%s answers JSON to who prefers HTML, uncached', async (path) => {
    const response = await get(path, { method: 'POST', headers: { accept: 'text/html' } })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.json()).toHaveProperty('error')
  })

  test.each([
    ['/oauth2/token', 'application/x-www-form-urlencoded'],
    ['/oauth2/register', 'application/json'],
    ['/oauth2/authorize', 'application/x-www-form-urlencoded'],
  ])('%s refuses a large body', async (path, type) => {
    const headers = { 'content-type': type }
    const body = 'a'.repeat(1_000_000)
    expect((await get(path, { method: 'POST', headers, body })).status).toBe(413)
  })

  test('registration may be called from any web page', async () => {
    const response = await get('/oauth2/register', {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toMatch(
      /authorization.*content-type/i,
    )
  })

  test('the token endpoint answers a web page only at an origin of the client', async () => {
    const call = (origin: string) =>
      get('/oauth2/token', {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'mcp-inspector' }),
      })
    const own = await call('http://localhost:6274')
    expect(own.headers.get('access-control-allow-origin')).toBe('http://localhost:6274')
    for (const origin of ['https://evil.example', 'null', 'http://evil.localhost.example']) {
      const other = await call(origin)
      expect(other.status).toBe(400)
      expect(other.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('the authorization endpoint answers no web page', async () => {
    const response = await get('/oauth2/authorize?client_id=local-client', {
      headers: { origin: 'https://app.example' },
      redirect: 'manual',
    })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('an unknown address is not found', async () => {
    expect((await get('/oauth2/nothing')).status).toBe(404)
    expect((await get('/oauth2/register/a/b')).status).toBe(404)
  })
})
