import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from '../testing/browser.ts'
import { authorizationUrl, authorize, post, redeem, signIn, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const open = (request: Parameters<typeof authorizationUrl>[1]) =>
  fetch(authorizationUrl(server.issuer, request).url, { redirect: 'manual' })

async function errorAtClient(request: Parameters<typeof authorizationUrl>[1]) {
  const location = (await open(request)).headers.get('location') ?? ''
  const { searchParams, hash } = new URL(location, server.issuer)
  return searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error')
}

describe('an authorization', () => {
  test('ends in tokens for the resource, in the person’s name', async () => {
    const { status, body, headers } = await tokens(server, { scope: 'read:inventory openid email' })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'read:companies read:inventory',
    })
    const response = await fetch(`${server.issuer}/oauth2/jwks`)
    const jwks = (await response.json()) as JSONWebKeySet
    const { payload, protectedHeader } = await jwtVerify(
      body.access_token,
      createLocalJWKSet(jwks),
      {
        issuer: server.issuer,
        audience: server.config.mcpUrl,
        typ: 'at+jwt',
        algorithms: ['ES256'],
      },
    )
    expect(protectedHeader.kid).toBeDefined()
    expect(payload).toMatchObject({
      sub: 'prs_owner',
      client_id: 'local-client',
      companies: ['co_harbor_eu', 'co_harbor_us'],
      grant_id: expect.any(String),
      jti: expect.any(String),
    })
    expect(decodeJwt(body.id_token)).toMatchObject({
      sub: 'prs_owner',
      email: 'owner@neonpanel.test',
      aud: 'local-client',
    })
  })

  test('comes back with state and issuer', async () => {
    const { page } = await authorize(server)
    expect(page.status).toBe(303)
    expect(page.url.searchParams.get('state')).toBe('the state')
    expect(page.url.searchParams.get('iss')).toBe(server.issuer)
  })

  test.each([
    'http://localhost:4401/mcp',
    'HTTP://LOCALHOST:4401/mcp/',
    'http://localhost:4401',
    'http://localhost:4401/',
    'http://localhost:4401/sse',
    'http://localhost:4401/sse/',
  ])('knows the resource as %s', async (resource) => {
    const authorized = await authorize(server, { parameters: { resource } })
    const { body } = await redeem(server, authorized, { resource })
    expect(decodeJwt(body.access_token).aud).toBe('http://localhost:4401/mcp')
  })

  test('without scope asks for all that reads', async () => {
    const { body } = await tokens(server, { scope: undefined })
    expect(body.scope.split(' ')).toHaveLength(8)
    expect(body.scope).not.toContain('write:')
  })

  test('ignores scopes that do not exist', async () => {
    const { body } = await tokens(server, { scope: 'read:companies nope' })
    expect(body.scope).toBe('read:companies')
  })

  test('may be asked for by POST', async () => {
    const { url } = authorizationUrl(server.issuer)
    const { search, origin, pathname } = new URL(url)
    const body = new URLSearchParams(search)
    const response = await fetch(origin + pathname, { method: 'POST', body, redirect: 'manual' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`/oauth2/authorize?${body}`)
  })

  test('may be pushed first', async () => {
    const { url, verifier } = authorizationUrl(server.issuer)
    const pushed = await post(
      `${server.issuer}/oauth2/par`,
      Object.fromEntries(new URL(url).searchParams),
    )
    expect(pushed.status).toBe(201)
    const parameters = { client_id: 'local-client', request_uri: pushed.body.request_uri }
    const browser = createBrowser(server.issuer)
    const reached = await browser.open(
      `${server.issuer}/oauth2/authorize?${new URLSearchParams(parameters)}`,
    )
    const consent = await signIn(browser, reached)
    expect(consent.text).toContain('value="authorize"')
    expect(verifier).toHaveLength(43)
  })

  test.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    ['no challenge method', { code_challenge_method: undefined }],
  ])('needs PKCE: %s', async (_, parameters) => {
    expect(await errorAtClient({ parameters })).toBe('invalid_request')
  })

  test.each([
    ['another resource', { parameters: { resource: 'https://other.example' } }, 'invalid_target'],
    ['a relative resource', { parameters: { resource: '/mcp' } }, 'invalid_target'],
    ['a token at once', { parameters: { response_type: 'token' } }, 'unsupported_response_type'],
    ['only unknown scopes', { scope: 'nope nada' }, 'invalid_scope'],
    ['no interaction', { parameters: { prompt: 'none' } }, 'login_required'],
    ['a request object', { parameters: { request: 'e30.e30.' } }, 'request_not_supported'],
  ])('refuses %s', async (_, request, error) => {
    expect(await errorAtClient(request)).toBe(error)
  })

  test.each([
    ['an unknown client', { clientId: 'nobody' }],
    ['the resource server', { clientId: 'mcp-resource-server' }],
    ['another redirect URI', { redirectUri: 'https://evil.example/cb' }],
    ['another loopback path', { redirectUri: 'http://127.0.0.1:5555/other' }],
    ['user information before the host', { redirectUri: 'http://x@127.0.0.1:5555/callback' }],
    ['a dressed-up host', { redirectUri: 'http://127.0.0.1.evil.example/callback' }],
  ])('never redirects for %s', async (_, request) => {
    const response = await open(request)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  test('of a suspended client is refused like an unknown one’s', async () => {
    await using other = await startServer()
    await other.database.prisma.client.update({
      where: { clientId: 'claude' },
      data: { suspendedAt: new Date() },
    })
    const redirectUri = 'https://claude.ai/api/mcp/auth_callback'
    const { url } = authorizationUrl(other.issuer, { clientId: 'claude', redirectUri })
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400)
  })
})

describe('a code', () => {
  test('works without redirect URI, which PKCE replaces', async () => {
    const { code, verifier } = await authorize(server)
    const { status } = await post(`${server.issuer}/oauth2/token`, {
      grant_type: 'authorization_code',
      client_id: 'local-client',
      code,
      code_verifier: verifier,
    })
    expect(status).toBe(200)
  })

  test.each([
    ['a wrong verifier', { code_verifier: 'v'.repeat(43) }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_grant'],
    ['a verifier that is too short', { code_verifier: 'v'.repeat(42) }, 'invalid_request'],
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:5555/other' }, 'invalid_grant'],
    ['another client', { client_id: 'mcp-inspector' }, 'invalid_grant'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['an unknown code', { code: 'x'.repeat(43) }, 'invalid_grant'],
  ])('is refused with %s and can still be redeemed', async (_, form, error) => {
    const authorized = await authorize(server)
    const refused = await redeem(server, authorized, form)
    expect([refused.status, refused.body.error]).toEqual([400, error])
    expect((await redeem(server, authorized)).status).toBe(200)
  })

  test('redeemed twice ends what the first redemption gave', async () => {
    const authorized = await authorize(server)
    const first = await redeem(server, authorized)
    const second = await redeem(server, authorized)
    expect([second.status, second.body.error]).toEqual([400, 'invalid_grant'])
    const refreshed = await post(`${server.issuer}/oauth2/token`, {
      grant_type: 'refresh_token',
      client_id: 'local-client',
      refresh_token: first.body.refresh_token,
    })
    expect(refreshed.body.error).toBe('invalid_grant')
  })

  test.each(['password', 'implicit', 'urn:unknown', ''])(
    'has no part in grant type "%s"',
    async (type) => {
      const { status, body } = await post(`${server.issuer}/oauth2/token`, {
        grant_type: type,
        client_id: 'local-client',
      })
      expect(status).toBe(400)
      expect(body.error).toBe(type ? 'unsupported_grant_type' : 'invalid_request')
    },
  )
})

describe('a client', () => {
  const token = '/oauth2/token'
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  })

  test.each([
    ['in the header', {}, basic('demo-service', 'neonpanel-demo-secret')],
    ['in the body', { client_id: 'demo-service', client_secret: 'neonpanel-demo-secret' }, {}],
  ])('speaks for itself with its secret %s', async (_, form, headers) => {
    const answer = await post(
      server.issuer + token,
      { grant_type: 'client_credentials', ...form },
      headers,
    )
    expect(answer.status).toBe(200)
    expect(decodeJwt(answer.body.access_token)).toMatchObject({
      sub: 'demo-service',
      companies: [],
    })
    expect(answer.body).not.toHaveProperty('refresh_token')
  })

  test.each([
    ['a wrong secret', {}, basic('demo-service', 'wrong'), 401],
    ['the stored hash as its secret', {}, basic('demo-service', '$argon2id$v=19'), 401],
    ['no secret', { client_id: 'demo-service' }, {}, 401],
    ['a wrong secret in the body', { client_id: 'demo-service', client_secret: 'x' }, {}, 401],
    [
      'two ways at once',
      { client_secret: 'neonpanel-demo-secret' },
      basic('demo-service', 'neonpanel-demo-secret'),
      400,
    ],
    [
      'another name in the body',
      { client_id: 'claude' },
      basic('demo-service', 'neonpanel-demo-secret'),
      400,
    ],
    ['an unreadable header', {}, { authorization: 'Basic %%%' }, 400],
  ])('is refused with %s', async (_, form, headers, status) => {
    const answer = await post(
      server.issuer + token,
      { grant_type: 'client_credentials', ...form },
      headers as Record<string, string>,
    )
    expect(answer.status).toBe(status)
    expect(answer.body).not.toHaveProperty('access_token')
  })

  test('that cannot keep a secret does not speak for itself', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'local-client' }
    expect((await post(server.issuer + token, form)).status).toBe(400)
  })

  test('is not authenticated by what stands in the address', async () => {
    const query = 'client_id=demo-service&client_secret=neonpanel-demo-secret'
    const form = { grant_type: 'client_credentials' }
    expect((await post(`${server.issuer}${token}?${query}`, form)).status).toBe(400)
  })
})
