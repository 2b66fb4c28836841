import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AdminApi, adminApi, problemPaths } from '../../testing/admin-api.ts'
import { signedInAt } from '../../testing/console.ts'
import { authorize, post, refresh, tokens } from '../../testing/flow.ts'
import { publicClient, register } from '../../testing/registration.ts'
import { startServer, type TestServer } from '../../testing/server.ts'

const app = { client_name: 'An app', redirect_uris: ['https://app.example/callback'] }

describe('clients in the admin API', () => {
  let server: TestServer
  let api: AdminApi
  beforeAll(async () => {
    server = await startServer()
    api = adminApi(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('are found by name, id, redirect host, origin and kind', async () => {
    const idsAt = async (query: string) =>
      (await api.get(`/clients?${query}`)).body.items.map(
        (client: { client_id: string }) => client.client_id,
      )
    expect(await idsAt('q=CLAUDE')).toEqual(['claude'])
    expect(await idsAt('q=chat.openai.com')).toEqual(['chatgpt-mcp-connector'])
    expect(await idsAt('kind=confidential&origin=pre-registered')).toEqual(['demo-service'])
    expect(await idsAt('q=nobody')).toEqual([])
    expect((await api.get('/clients?origin=elsewhere')).status).toBe(400)
  })

  test('are shown one by one, never with a secret or its hash', async () => {
    const { status, body } = await api.get('/clients/demo-service')
    expect(status).toBe(200)
    expect(body).toMatchObject({ client_id: 'demo-service', client_name: 'Demo service' })
    expect(JSON.stringify(body)).not.toMatch(/argon2|secret"/)
    expect((await api.get('/clients/unknown')).status).toBe(404)
  })

  test('are registered by hand, public ones without a secret', async () => {
    const { status, headers, body } = await api.post('/clients', app)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...app,
      origin: 'administrator',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    expect(body.client_secret).toBeUndefined()
    expect(headers.get('location')).toBe(`/console/api/clients/${body.client_id}`)
  })

  test('get a secret that works, once, when they are confidential', async () => {
    const { body } = await api.post('/clients', {
      client_name: 'A service',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const credentials = btoa(`${body.client_id}:${body.client_secret}`)
    const answer = await post(
      `${server.issuer}/oauth2/token`,
      { grant_type: 'client_credentials', scope: 'read:inventory' },
      { authorization: `Basic ${credentials}` },
    )
    expect(answer.status).toBe(200)
    expect((await api.get(`/clients/${body.client_id}`)).body.client_secret).toBeUndefined()
  })

  test('keep the id that they were given, which nobody else gets', async () => {
    expect((await api.post('/clients', { ...app, client_id: 'my-app' })).status).toBe(201)
    expect((await api.get('/clients/my-app')).status).toBe(200)
    const taken = await api.post('/clients', { ...app, client_id: 'my-app' })
    expect(taken).toMatchObject({ status: 409, body: { error: 'conflict' } })
    expect((await api.post('/clients', { ...app, client_id: 'claude' })).status).toBe(409)
  })

  test.each([
    ['no name', { ...app, client_name: ' ' }, ['client_name']],
    ['no redirect URI', { client_name: 'x' }, ['redirect_uris']],
    ['a relative redirect URI', { ...app, redirect_uris: ['/callback'] }, ['redirect_uris.0']],
    ['an id of a URL without TLS', { ...app, client_id: 'http://a.test/x' }, ['client_id']],
    ['an unknown grant', { ...app, grant_types: ['password'] }, ['grant_types.0']],
    ['the implicit grant', { ...app, grant_types: ['implicit'] }, ['grant_types.0']],
    ['an unknown member', { ...app, client_secret: 'mine' }, ['client_secret']],
    [
      'a service without a secret',
      { client_name: 'x', grant_types: ['client_credentials'] },
      ['token_endpoint_auth_method'],
    ],
  ])('are not registered with %s', async (_, input, paths) => {
    const answer = await api.post('/clients', input)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(problemPaths(answer)).toEqual(paths)
  })

  test.each([
    'http://app.example/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user@app.example/callback',
    'https://app.example/callback#part',
    'https://*.example/callback',
  ])('are never registered with the redirect URI %s', async (uri) => {
    const answer = await api.post('/clients', { ...app, redirect_uris: [uri] })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_redirect_uri' } })
    const patched = await api.patch('/clients/claude', { redirect_uris: [uri] })
    expect(patched).toMatchObject({ status: 400, body: { error: 'invalid_redirect_uri' } })
  })

  test('are reviewed, renamed and limited', async () => {
    const { body } = await api.patch('/clients/mcp-inspector', {
      reviewed: true,
      client_name: 'The Inspector',
      allowed_scopes: ['read:inventory'],
    })
    expect(body).toMatchObject({
      client_name: 'The Inspector',
      reviewed: true,
      reviewed_by: 'admin_api',
      allowed_scopes: ['read:companies', 'read:inventory'],
    })
    const undone = await api.patch('/clients/mcp-inspector', {
      reviewed: false,
      allowed_scopes: [],
    })
    expect(undone.body).toMatchObject({ reviewed: false, allowed_scopes: [] })
  })

  test('are found at the authorization endpoint with what was changed', async () => {
    const changed = ['http://127.0.0.1/elsewhere']
    await api.post('/clients', {
      ...app,
      client_id: 'moving',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/here'],
    })
    await api.patch('/clients/moving', { redirect_uris: changed })
    const { code } = await authorize(server, {
      clientId: 'moving',
      redirectUri: 'http://127.0.0.1:5555/elsewhere',
    })
    expect(code).not.toBe('')
  })

  test.each([
    ['nothing', {}],
    ['an unknown member', { colour: 'red' }],
    ['its origin', { origin: 'pre-registered' }],
    ['its secret', { client_secret: 'mine' }],
  ])('are not changed in %s', async (_, changes) => {
    expect((await api.patch('/clients/claude', changes)).status).toBe(400)
  })

  test('lose all grants at once when they are suspended', async () => {
    const { body } = await tokens(server, { clientId: 'local-client' })
    const { body: suspended } = await api.patch('/clients/local-client', { suspended: true })
    expect(suspended).toMatchObject({ suspended: true, active_grants: 0 })
    expect((await refresh(server, body.refresh_token)).status).toBe(401)
    await api.patch('/clients/local-client', { suspended: false })
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
  })

  test('are gone with all grants when they are deleted', async () => {
    const token = await server.mint()
    const { body: client } = await register(server, publicClient, token)
    expect((await api.delete(`/clients/${client.client_id}`)).status).toBe(204)
    expect((await api.delete(`/clients/${client.client_id}`)).status).toBe(404)
    expect((await api.patch(`/clients/${client.client_id}`, { reviewed: true })).status).toBe(404)
  })

  test('get another secret, and the one before works no more', async () => {
    const { body: made } = await api.post('/clients', {
      client_id: 'rotating',
      client_name: 'Rotating',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const { status, body } = await api.post('/clients/rotating/secret')
    expect(status).toBe(201)
    expect(body).toEqual({ client_id: 'rotating', client_secret: expect.any(String) })
    expect(body.client_secret).not.toBe(made.client_secret)
    const tokenWith = async (secret: string) =>
      post(
        `${server.issuer}/oauth2/token`,
        { grant_type: 'client_credentials', scope: 'read:inventory' },
        { authorization: `Basic ${btoa(`rotating:${secret}`)}` },
      )
    expect((await tokenWith(made.client_secret)).status).toBe(401)
    expect((await tokenWith(body.client_secret)).status).toBe(200)
    const stored = await server.database.prisma.client.findUniqueOrThrow({
      where: { clientId: 'rotating' },
    })
    expect(stored.secretHash).toMatch(/^\$argon2id\$/)
    expect(JSON.stringify(stored)).not.toContain(body.client_secret)
    const { body: trace } = await api.get('/audit?client_id=rotating&type=client.secret_rotated')
    expect(trace.items).toMatchObject([{ detail: { by: 'admin_api' } }])
    expect(JSON.stringify(trace)).not.toContain(body.client_secret)
  })

  test('have no secret to rotate when they are public, or not there', async () => {
    const { status, body } = await api.post('/clients/claude/secret')
    expect({ status, error: body.error }).toEqual({ status: 409, error: 'no_secret' })
    expect((await api.get('/clients/claude')).body.token_endpoint_auth_method).toBe('none')
    expect((await api.post('/clients/unknown/secret')).status).toBe(404)
  })

  test('lose every grant at once, and may be connected anew', async () => {
    const { body } = await tokens(server)
    const { body: answer } = await api.delete('/clients/local-client/grants')
    expect(answer.revoked).toBeGreaterThan(0)
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
    expect((await api.delete('/clients/local-client/grants')).body).toEqual({ revoked: 0 })
    const { body: ended } = await api.get(
      '/audit?client_id=local-client&type=grant.revoked&limit=1',
    )
    expect(ended.items).toMatchObject([
      { detail: { by: 'administrator', administrator: 'admin_api' } },
    ])
    expect((await tokens(server)).status).toBe(200)
  })

  test('that are a metadata document are listed by what they were granted, and lose it', async () => {
    const clientId = 'https://agent.example/oauth/client.json'
    const path = encodeURIComponent(clientId)
    const listed = async () => (await api.get('/document-clients')).body.items
    expect(await listed()).toEqual([])
    expect((await api.delete(`/clients/${path}/grants`)).status).toBe(404)
    await server.database.prisma.grant.create({
      data: {
        id: 'grant-of-a-document',
        personId: 'prs_owner',
        clientId,
        scope: 'read:companies',
        companies: 'all',
        companyIds: '[]',
        expiresAt: new Date(Date.now() + 60_000),
      },
    })
    expect(await listed()).toEqual([{ client_id: clientId, active_grants: 1 }])
    const admin = await signedInAt(server, 'admin@neonpanel.test')
    expect((await admin.open('/console/clients')).text).toContain('“agent.example”')
    expect((await admin.open(`/console/clients/${path}`)).text).toContain('Revoke all 1 grant?')
    expect((await api.delete(`/clients/${path}/grants`)).body).toEqual({ revoked: 1 })
    expect(await listed()).toEqual([])
    expect((await admin.open(`/console/clients/${path}`)).text).toContain('No active grants')
  })

  test('are suspended even when their metadata would be refused today', async () => {
    const metadata = { redirect_uris: ['http://old.example/'], token_endpoint_auth_method: 'none' }
    await server.database.prisma.client.create({
      data: {
        clientId: 'outdated',
        name: 'Outdated',
        metadata: JSON.stringify(metadata),
        origin: 'open',
      },
    })
    const { body } = await api.patch('/clients/outdated', { suspended: true })
    expect(body).toMatchObject({ suspended: true, client_id: 'outdated' })
    expect((await api.patch('/clients/outdated', { client_name: 'New' })).status).toBe(400)
  })

  test('are found by the token that made them, and by who looked at them', async () => {
    const { body: minted } = await api.post('/initial-access-tokens', {})
    const { body: made } = await register(server, publicClient, minted.initial_access_token)
    const idsAt = async (query: string) =>
      (await api.get(`/clients?${query}`)).body.items.map(
        (client: { client_id: string }) => client.client_id,
      )
    expect(await idsAt(`initial_access_token_jti=${minted.jti}`)).toEqual([made.client_id])
    expect(await idsAt('standing=unreviewed')).toContain(made.client_id)
    await api.patch(`/clients/${made.client_id}`, { reviewed: true })
    expect(await idsAt('standing=unreviewed')).not.toContain(made.client_id)
    expect(await idsAt('standing=reviewed')).toContain(made.client_id)
    expect(await idsAt('standing=suspended')).not.toContain(made.client_id)
  })

  test('leave a trace of each change in the audit log', async () => {
    await api.post('/clients', { ...app, client_id: 'traced' })
    await api.patch('/clients/traced', { reviewed: true })
    await api.delete('/clients/traced')
    const { body } = await api.get('/audit?client_id=traced')
    const types = body.items.map(({ type }: { type: string }) => type)
    expect(types.toSorted()).toEqual(['client.deleted', 'client.registered', 'client.reviewed'])
  })
})
