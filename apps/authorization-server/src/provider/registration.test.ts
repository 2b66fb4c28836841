import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorizationUrl, post } from '../testing/flow.ts'
import { publicClient, register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const registered = async (metadata: object, policy = {}) =>
  register(server, metadata, await server.mint(policy))

describe('registration', () => {
  test('gives a public client what it needs, and no secret', async () => {
    const { status, headers, body } = await registered({ ...publicClient, client_name: 'Tool' })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({
      client_id: expect.stringMatching(/^[\w-]{43}$/),
      client_id_issued_at: expect.any(Number),
      client_name: 'Tool',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      registration_access_token: expect.any(String),
      registration_client_uri: expect.stringContaining(body.client_id),
    })
    expect(body).not.toHaveProperty('client_secret')
  })

  test('gives a confidential client a secret that works', async () => {
    const { body } = await registered({
      redirect_uris: ['https://app.example/cb'],
      grant_types: ['authorization_code', 'client_credentials'],
    })
    expect(body).toMatchObject({
      client_secret_expires_at: 0,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const form = { grant_type: 'client_credentials', client_id: body.client_id }
    const token = `${server.issuer}/oauth2/token`
    expect((await post(token, { ...form, client_secret: body.client_secret })).status).toBe(200)
    expect((await post(token, { ...form, client_secret: 'wrong' })).status).toBe(401)
  })

  test('remembers which token made the client', async () => {
    const token = await server.mint({ note: 'for the test' })
    const { body } = await register(server, publicClient, token)
    const where = { clientId: body.client_id }
    const client = await server.database.prisma.client.findUniqueOrThrow({ where })
    expect(client.origin).toBe('initial_access_token')
    expect(client.initialAccessTokenJti).toMatch(/^iat_/)
  })

  test.each([
    [
      'Cursor',
      {
        redirect_uris: [
          'cursor://anysphere.cursor-mcp/oauth/callback',
          'https://www.cursor.com/agents/mcp/oauth/callback',
          'http://localhost:8787/callback',
        ],
        application_type: 'web',
        token_endpoint_auth_method: 'none',
      },
      {},
    ],
    [
      'VS Code',
      {
        client_name: 'Visual Studio Code',
        grant_types: [
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        response_types: ['code'],
        redirect_uris: [
          'https://insiders.vscode.dev/redirect',
          'http://127.0.0.1/',
          'http://127.0.0.1:33418/',
        ],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
      {},
    ],
    ['Gemini CLI', { ...publicClient, scope: '', client_uri: null }, {}],
    ['the MCP SDK', { ...publicClient, scope: 'read:companies openid email' }, {}],
    [
      'unknown grant types',
      { ...publicClient, grant_types: ['authorization_code', 'urn:x:jwt-bearer'] },
      { grant_types: ['authorization_code'] },
    ],
    [
      'only unknown grant types',
      { ...publicClient, grant_types: ['urn:x'] },
      { grant_types: ['authorization_code', 'refresh_token'] },
    ],
    ['unknown members', { ...publicClient, foo: 1, software_id: 'x' }, { software_id: 'x' }],
    ['a scope that does not exist', { ...publicClient, scope: 'nope' }, {}],
    [
      'a public client that would speak for itself',
      { ...publicClient, grant_types: ['client_credentials', 'authorization_code'] },
      { grant_types: ['authorization_code'] },
    ],
  ])('bears with %s', async (_, metadata, expected) => {
    const { status, body } = await registered(metadata)
    expect(status).toBe(201)
    expect(body).toMatchObject(expected)
    expect(body).not.toHaveProperty('foo')
  })

  test.each([
    ['no redirect URIs', {}, 'invalid_redirect_uri'],
    [
      'http off this machine',
      { redirect_uris: ['http://evil.example/cb'] },
      'invalid_redirect_uri',
    ],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['a fragment', { redirect_uris: ['https://a.example/cb#x'] }, 'invalid_redirect_uri'],
    ['a wildcard', { redirect_uris: ['https://*.example/cb'] }, 'invalid_redirect_uri'],
    ['text that is no URI', { redirect_uris: 'https://a.example/cb' }, 'invalid_redirect_uri'],
    [
      'a treacherous name',
      { ...publicClient, client_name: 'Bank\u202eelgoog' },
      'invalid_client_metadata',
    ],
    [
      'an endless name',
      { ...publicClient, client_name: 'x'.repeat(201) },
      'invalid_client_metadata',
    ],
    [
      'a script as its page',
      { ...publicClient, client_uri: 'javascript:alert(1)' },
      'invalid_client_metadata',
    ],
    [
      'a sector identifier',
      { ...publicClient, sector_identifier_uri: 'https://a.example/s' },
      'invalid_client_metadata',
    ],
    [
      'keys that nobody needs',
      { ...publicClient, jwks_uri: 'https://a.example/k' },
      'invalid_client_metadata',
    ],
    [
      'both kinds of keys',
      {
        redirect_uris: ['https://a.example/cb'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://a.example/k',
        jwks: { keys: [] },
      },
      'invalid_client_metadata',
    ],
    [
      'a software statement',
      { ...publicClient, software_statement: 'a.b.c' },
      'unapproved_software_statement',
    ],
    [
      'a shared-secret JWT',
      { ...publicClient, token_endpoint_auth_method: 'client_secret_jwt' },
      'invalid_client_metadata',
    ],
    [
      'a bad sign-out address',
      { ...publicClient, post_logout_redirect_uris: ['http://evil.example'] },
      'invalid_client_metadata',
    ],
  ])('refuses %s, at no use of the token', async (_, metadata, error) => {
    const token = await server.mint()
    const refused = await register(server, metadata, token)
    expect([refused.status, refused.body.error]).toEqual([400, error])
    expect((await register(server, publicClient, token)).status).toBe(201)
  })

  test.each(['{', '[]', '"x"', 'null'])('refuses a body of %s', async (body) => {
    expect((await register(server, body, await server.mint())).status).toBe(400)
  })

  test('lets nobody choose a client id', async () => {
    const { body } = await registered({ ...publicClient, client_id: 'claude', client_secret: 'x' })
    expect(body.client_id).not.toBe('claude')
    expect(body).not.toHaveProperty('client_secret')
  })
})

describe('open registration', () => {
  test('needs no token, and vouches for nobody', async () => {
    await using open = await startServer({ REGISTRATION_MODE: 'open' })
    const metadata = {
      redirect_uris: ['https://app.example/cb'],
      grant_types: ['authorization_code', 'client_credentials'],
    }
    const { status, body } = await register(open, metadata)
    expect(status).toBe(201)
    expect(body.grant_types).toEqual(['authorization_code'])
    const where = { clientId: body.client_id }
    const client = await open.database.prisma.client.findUniqueOrThrow({ where })
    expect(client.origin).toBe('open')
  })

  test('sends no error of an unknown client on without showing it first', async () => {
    await using open = await startServer({ REGISTRATION_MODE: 'open' })
    const redirectUri = 'https://phishing.example/cb'
    const { body } = await register(open, {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    })
    const { url } = authorizationUrl(open.issuer, {
      clientId: body.client_id,
      redirectUri,
      parameters: { prompt: 'none' },
    })
    const response = await fetch(url, { redirect: 'manual' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).toContain('phishing.example')
  })
})
