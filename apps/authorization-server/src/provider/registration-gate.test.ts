import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { importJWK, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { authorizationUrl, tokens } from '../testing/flow.ts'
import { loopback, publicClient, register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { loadSigningKeys, signingKeyFor } from './signing-keys.ts'

const appSecret = 'A'.repeat(43)

let server: TestServer
beforeAll(async () => {
  server = await startServer({ APP_SECRET: appSecret })
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(resetClock)

const registered = async (metadata: object, policy = {}) =>
  register(server, metadata, await server.mint(policy))

/** An initial access token as ours, but for what is changed. */
async function forge(claims: object, header: object = {}): Promise<string> {
  const keys = await loadSigningKeys({ database: server.database, appSecrets: [appSecret] })
  const { kid, privateJwk } = signingKeyFor(keys, 'ES256')
  const at = Math.floor(Date.now() / 1000)
  const { issuer } = server
  const usual = {
    iss: issuer,
    aud: issuer,
    scope: 'dcr.create',
    jti: 'forged',
    iat: at,
    exp: at + 60,
  }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'iat+jwt', ...header })
    .sign(await importJWK(privateJwk as { kty: string }, 'ES256'))
}

describe('an initial access token', () => {
  test('is good for as many clients as it says', async () => {
    const token = await server.mint({ maxUses: 2 })
    const statuses = [
      (await register(server, publicClient, token)).status,
      (await register(server, publicClient, token)).status,
      (await register(server, publicClient, token)).status,
    ]
    expect(statuses).toEqual([201, 201, 401])
  })

  test('is refused once revoked', async () => {
    const token = await server.mint()
    await server.database.prisma.initialAccessToken.updateMany({ data: { revokedAt: new Date() } })
    expect((await register(server, publicClient, token)).status).toBe(401)
  })

  test('AS-116: expires to the second', async () => {
    const token = await server.mint({ ttlSeconds: 60 })
    advanceClock(61_000)
    expect((await register(server, publicClient, token)).status).toBe(401)
  })

  type Make = () => string | undefined | Promise<string>
  test.each<[string, Make]>([
    ['absent', () => undefined],
    ['garbage', () => 'garbage'],
    ['of another issuer', () => forge({ iss: 'https://evil.example' })],
    ['for another audience', () => forge({ aud: 'https://evil.example' })],
    ['of another type', () => forge({}, { typ: 'at+jwt' })],
    ['without type', () => forge({}, { typ: undefined })],
    ['without expiry', () => forge({ exp: undefined })],
    ['without id', () => forge({ jti: undefined })],
    ['one that we never issued', () => forge({})],
    [
      'unsigned',
      async () => `${btoa('{"alg":"none","typ":"iat+jwt"}')}.${(await forge({})).split('.')[1]}.`,
    ],
    ['an access token', async () => (await tokens(server)).body.access_token],
  ])('AS-112, AS-114: is refused when it is %s', async (_, make) => {
    const { status, headers, body } = await register(server, publicClient, await make())
    expect([status, body.error]).toEqual([401, 'invalid_token'])
    expect(headers.get('www-authenticate')).toContain('Bearer')
  })

  test('AS-114: is refused with 403 when its scope is another', async () => {
    const { status, body } = await register(
      server,
      publicClient,
      await forge({ scope: 'read:inventory' }),
    )
    expect([status, body.error]).toEqual([403, 'insufficient_scope'])
  })

  test('is not taken from the address', async () => {
    const url = `${server.issuer}/oauth2/register?access_token=${await server.mint()}`
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(publicClient)
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(400)
  })

  test('may bind redirects to hosts', async () => {
    const policy = { maxUses: 2, allowedRedirectHosts: ['app.example'] }
    const token = await server.mint(policy)
    const other = await register(server, { redirect_uris: ['https://other.example/cb'] }, token)
    expect([other.status, other.body.error]).toEqual([400, 'invalid_redirect_uri'])
    const own = await register(server, { redirect_uris: ['https://app.example/cb'] }, token)
    expect(own.status).toBe(201)
  })

  test('may be a ceiling of scopes, which a wish is not', async () => {
    const bound = await registered(publicClient, { allowedScopes: ['read:inventory'] })
    expect(bound.body.scope).toBe(
      'read:companies read:inventory openid profile email offline_access',
    )
    const ask = async (clientId: string, scope: string) => {
      const { url } = authorizationUrl(server.issuer, { clientId, scope, redirectUri: loopback })
      return (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''
    }
    expect(await ask(bound.body.client_id, 'read:cogs')).toContain('error=invalid_scope')
    expect(await ask(bound.body.client_id, 'read:inventory')).toContain('/interaction/')
    const wished = await registered({ ...publicClient, scope: 'read:inventory' })
    expect(await ask(wished.body.client_id, 'read:cogs')).toContain('/interaction/')
  })
})
