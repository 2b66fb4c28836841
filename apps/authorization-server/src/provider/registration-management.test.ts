import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { post, tokens } from '../testing/flow.ts'
import {
  callJson,
  type JsonAnswer,
  loopback,
  publicClient,
  register,
} from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const registered = async (metadata: object, policy = {}) =>
  register(server, metadata, await server.mint(policy))

describe('a registered client', () => {
  const manage = (
    client: { registration_client_uri: string; registration_access_token: string },
    method: string,
    body?: object,
    token?: string,
  ): Promise<JsonAnswer> =>
    callJson(client.registration_client_uri, {
      method,
      headers: {
        authorization: `Bearer ${token ?? client.registration_access_token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  const confidential = { redirect_uris: ['https://app.example/cb'] }

  test('can be read, without its secret', async () => {
    const { body: client } = await registered(confidential)
    const { status, body } = await manage(client, 'GET')
    expect(status).toBe(200)
    expect(body).toMatchObject({ client_id: client.client_id, redirect_uris: client.redirect_uris })
    expect(body).not.toHaveProperty('client_secret')
  })

  test('can be changed, and keeps its secret', async () => {
    const { body: client } = await registered(confidential)
    const change = { ...confidential, client_id: client.client_id, client_name: 'Renamed' }
    const { status, body } = await manage(client, 'PUT', change)
    expect(status).toBe(200)
    expect(body.client_name).toBe('Renamed')
    expect(body).not.toHaveProperty('client_secret')
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: client.client_id }
    const used = await post(`${server.issuer}/oauth2/token`, {
      ...form,
      client_secret: client.client_secret,
    })
    expect(used.body.error).toBe('invalid_grant')
  })

  test('stays within the policy of its token', async () => {
    const policy = { allowedRedirectHosts: ['app.example'], allowedScopes: ['read:inventory'] }
    const { body: client } = await registered(confidential, policy)
    const { client_id } = client
    const away = await manage(client, 'PUT', {
      client_id,
      redirect_uris: ['https://evil.example/cb'],
    })
    expect([away.status, away.body.error]).toEqual([400, 'invalid_redirect_uri'])
    const wider = await manage(client, 'PUT', { ...confidential, client_id, scope: 'read:cogs' })
    expect(wider.body.scope).not.toContain('read:cogs')
  })

  test('is gone when deleted, and so is what people allowed it', async () => {
    const { body: client } = await registered(publicClient)
    const { body } = await tokens(server, { clientId: client.client_id, redirectUri: loopback })
    expect((await manage(client, 'DELETE')).status).toBe(204)
    const form = { grant_type: 'refresh_token', client_id: client.client_id }
    const refreshed = await post(`${server.issuer}/oauth2/token`, {
      ...form,
      refresh_token: body.refresh_token,
    })
    expect(refreshed.body.error).toBe('invalid_client')
    const grants = await server.database.prisma.grant.findMany({
      where: { clientId: client.client_id },
    })
    expect(grants.map(({ revokedBy }) => revokedBy)).toEqual(['client'])
  })

  test.each(['GET', 'PUT', 'DELETE'])('is nobody else’s to %s', async (method) => {
    const { body: client } = await registered(confidential)
    const { body: other } = await registered(confidential)
    const body = method === 'PUT' ? { ...confidential, client_id: client.client_id } : undefined
    for (const token of ['wrong', other.registration_access_token]) {
      expect((await manage(client, method, body, token)).status).toBe(401)
    }
    expect((await manage(client, 'GET')).status).toBe(200)
  })

  test('is changed only by what RFC 7592 lets it send', async () => {
    const { body: client } = await registered(confidential)
    const { client_id } = client
    const bodies = [
      { ...confidential, client_id: 'claude' },
      { ...confidential },
      { ...confidential, client_id, client_id_issued_at: 1 },
      { ...confidential, client_id, registration_access_token: 'x' },
      { ...confidential, client_id, client_secret: 'another' },
    ]
    for (const body of bodies) expect((await manage(client, 'PUT', body)).status).toBe(400)
  })

  test('that became public has no secret any more', async () => {
    const { body: client } = await registered(confidential)
    const { client_id } = client
    const change = { ...confidential, client_id, token_endpoint_auth_method: 'none' }
    expect((await manage(client, 'PUT', change)).status).toBe(200)
    const row = await server.database.prisma.client.findUniqueOrThrow({
      where: { clientId: client_id },
    })
    expect(row.secretHash).toBeNull()
  })

  test('is deleted once, and not brought back by a change that came at the same time', async () => {
    const { body: client } = await registered(confidential)
    const change = { ...confidential, client_id: client.client_id }
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, turn) =>
        turn % 3 === 0 ? manage(client, 'PUT', change) : manage(client, 'DELETE'),
      ),
    )
    const deleted = answers.filter(({ status }) => status === 204)
    expect(deleted).toHaveLength(1)
    for (const { status } of answers) expect([200, 204, 401]).toContain(status)
    expect((await manage(client, 'GET')).status).toBe(401)
    expect(
      await server.database.prisma.client.count({ where: { clientId: client.client_id } }),
    ).toBe(0)
  })
})
