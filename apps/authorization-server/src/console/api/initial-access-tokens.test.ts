import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AdminApi, adminApi, problemPaths } from '../../testing/admin-api.ts'
import { publicClient, register } from '../../testing/registration.ts'
import { startServer, type TestServer } from '../../testing/server.ts'

describe('initial access tokens in the admin API', () => {
  let server: TestServer
  let api: AdminApi
  beforeAll(async () => {
    server = await startServer()
    api = adminApi(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('are minted as the contract says', async () => {
    const { status, body } = await api.post('/initial-access-tokens', {
      ttl_seconds: 600,
      max_uses: 2,
      note: 'for a test',
      allowed_redirect_hosts: ['LOCALHOST'],
      allowed_scopes: ['read:inventory'],
    })
    expect(status).toBe(201)
    expect(Object.keys(body).toSorted()).toEqual([
      'expires_at',
      'initial_access_token',
      'jti',
      'max_uses',
      'registration_endpoint',
    ])
    expect(body.max_uses).toBe(2)
    expect(body.registration_endpoint).toBe(`${server.issuer}/oauth2/register`)
    expect(decodeProtectedHeader(body.initial_access_token)).toMatchObject({ typ: 'iat+jwt' })
    const claims = decodeJwt(body.initial_access_token)
    expect(claims).toMatchObject({
      jti: body.jti,
      exp: body.expires_at,
      scope: 'dcr.create',
      allowed_redirect_hosts: ['localhost'],
    })
    expect(claims.exp! - claims.iat!).toBe(600)
  })

  test('last 15 minutes and one use unless said otherwise', async () => {
    const { body } = await api.post('/initial-access-tokens')
    const { exp, iat } = decodeJwt(body.initial_access_token)
    expect(exp! - iat!).toBe(900)
    expect(body.max_uses).toBe(1)
  })

  test('are listed with what they were used for, and never with the token', async () => {
    const { body: minted } = await api.post('/initial-access-tokens', { note: 'listed' })
    const { body: client } = await register(server, publicClient, minted.initial_access_token)
    const { body } = await api.get('/initial-access-tokens')
    const listed = body.items.find(({ jti }: { jti: string }) => jti === minted.jti)
    expect(listed).toMatchObject({
      note: 'listed',
      status: 'used_up',
      uses: 1,
      client_ids: [client.client_id],
      created_by: 'admin_api',
    })
    expect(JSON.stringify(body)).not.toContain(minted.initial_access_token)
  })

  test('register nobody once they are deleted', async () => {
    const { body } = await api.post('/initial-access-tokens')
    expect((await api.delete(`/initial-access-tokens/${body.jti}`)).status).toBe(204)
    expect((await api.delete(`/initial-access-tokens/${body.jti}`)).status).toBe(204)
    expect((await register(server, publicClient, body.initial_access_token)).status).toBe(401)
  })

  test('that never were cannot be deleted', async () => {
    expect((await api.delete('/initial-access-tokens/iat_unknown')).status).toBe(404)
  })

  test.each([
    ['no lifetime', { ttl_seconds: 0 }, ['ttl_seconds']],
    ['a lifetime of years', { ttl_seconds: 1e9 }, ['ttl_seconds']],
    ['a part of a second', { ttl_seconds: 1.5 }, ['ttl_seconds']],
    ['no use', { max_uses: 0 }, ['max_uses']],
    ['more than 100 uses', { max_uses: 101 }, ['max_uses']],
    ['a number as text', { max_uses: '1' }, ['max_uses']],
    [
      'a URL for a host',
      { allowed_redirect_hosts: ['https://a.test/x'] },
      ['allowed_redirect_hosts.0'],
    ],
    ['a host with a user', { allowed_redirect_hosts: ['a@b.test'] }, ['allowed_redirect_hosts.0']],
    ['an unknown scope', { allowed_scopes: ['read:everything'] }, ['allowed_scopes.0']],
    ['its own scope', { allowed_scopes: ['dcr.create'] }, ['allowed_scopes.0']],
    ['a long note', { note: 'x'.repeat(201) }, ['note']],
    ['an unknown member', { uses: 1 }, ['uses']],
    ['all of it', { ttl_seconds: -1, max_uses: -1, note: 1 }, ['max_uses', 'note', 'ttl_seconds']],
  ])('are not minted with %s', async (_, input, paths) => {
    const answer = await api.post('/initial-access-tokens', input)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(problemPaths(answer).toSorted()).toEqual(paths)
  })

  test('are not minted where nobody can register', async () => {
    await using closed = await startServer({ REGISTRATION_MODE: 'off' })
    const answer = await adminApi(closed).post('/initial-access-tokens')
    expect(answer).toMatchObject({ status: 409, body: { error: 'registration_off' } })
  })
})
