import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { importJWK, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { post, refresh, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { revokeGrant } from './grants.ts'
import { loadSigningKeys, signingKeyFor } from './signing-keys.ts'

const appSecret = 'A'.repeat(43)

let server: TestServer
beforeAll(async () => {
  server = await startServer({ APP_SECRET: appSecret })
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(resetClock)

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
const { clientId, clientSecret } = introspectionCredentials(appSecret)
const resourceServer = basic(clientId, clientSecret)

const introspect = async (token: string, headers = resourceServer, at = server) =>
  (await post(`${at.issuer}/oauth2/introspect`, { token }, headers)).body

const revoke = (token: string, form: Record<string, string> = {}) =>
  post(`${server.issuer}/oauth2/revoke`, { client_id: 'local-client', token, ...form })

const inactive = { active: false }

describe('introspection', () => {
  test('tells the resource server what an access token is worth', async () => {
    const { body } = await tokens(server, { scope: 'read:companies' })
    expect(await introspect(body.access_token)).toMatchObject({
      active: true,
      token_type: 'Bearer',
      client_id: 'local-client',
      sub: 'prs_owner',
      aud: server.config.mcpUrl,
      iss: server.issuer,
      scope: 'read:companies',
      companies: ['co_harbor_eu', 'co_harbor_us'],
      grant_id: expect.any(String),
      exp: expect.any(Number),
    })
  })

  test('tells a client about its own token', async () => {
    const form = { grant_type: 'client_credentials', scope: 'read:companies' }
    const service = basic('demo-service', 'neonpanel-demo-secret')
    const { body } = await post(`${server.issuer}/oauth2/token`, form, service)
    expect(await introspect(body.access_token, service)).toMatchObject({ active: true })
  })

  test('tells nobody else', async () => {
    const { body } = await tokens(server)
    const service = basic('demo-service', 'neonpanel-demo-secret')
    expect(await introspect(body.access_token, service)).toEqual(inactive)
    for (const headers of [basic(clientId, 'wrong'), {}] as Record<string, string>[]) {
      const { status, body: answer } = await post(
        `${server.issuer}/oauth2/introspect`,
        { token: body.access_token },
        headers,
      )
      expect(status).toBeGreaterThanOrEqual(400)
      expect(answer).not.toHaveProperty('active')
    }
  })

  test('tells the resource server nothing about refresh tokens', async () => {
    const { body } = await tokens(server)
    expect(await introspect(body.refresh_token)).toEqual(inactive)
  })

  test.each(['garbage', 'a.b.c', ''])('knows nothing of "%s"', async (token) => {
    expect(await introspect(token)).not.toMatchObject({ active: true })
  })

  test('is not fooled by other tokens that we sign', async () => {
    const { body } = await tokens(server, { scope: 'openid read:companies' })
    expect(await introspect(body.id_token)).toEqual(inactive)
    expect(await introspect(await server.mint())).toEqual(inactive)
  })

  test('is not fooled by a token of a grant that names somebody else', async () => {
    const { body } = await tokens(server)
    const { grant_id: grantId } = await introspect(body.access_token)
    const keys = await loadSigningKeys({ database: server.database, appSecrets: [appSecret] })
    const { kid, privateJwk } = signingKeyFor(keys, 'ES256')
    const forged = await new SignJWT({
      client_id: 'local-client',
      scope: 'read:cogs',
      companies: [],
      grant_id: grantId,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(server.issuer)
      .setAudience(server.config.mcpUrl)
      .setSubject('prs_warehouse')
      .setJti('forged')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(await importJWK(privateJwk as { kty: string }, 'ES256'))
    expect(await introspect(forged)).toEqual(inactive)
  })

  test('ends with the token', async () => {
    const { body } = await tokens(server)
    advanceClock(3_600_000)
    expect(await introspect(body.access_token)).toEqual(inactive)
  })

  test('ends with the grant, whoever ends it', async () => {
    for (const by of ['person', 'administrator', 'suspension', 'replaced'] as const) {
      const { body } = await tokens(server)
      const { grant_id: grantId } = await introspect(body.access_token)
      expect(await revokeGrant(server, grantId, by)).toBe(true)
      expect(await revokeGrant(server, grantId, by)).toBe(false)
      expect(await introspect(body.access_token)).toEqual(inactive)
      expect((await refresh(server, body.refresh_token)).body.error).toBe('invalid_grant')
      const row = await server.database.prisma.grant.findUnique({ where: { id: grantId } })
      expect(row?.revokedBy).toBe(by)
    }
  })

  test('follows the roles and companies that the person still has', async () => {
    await using other = await startServer({ APP_SECRET: appSecret })
    const { prisma } = other.database
    const { body } = await tokens(other, { scope: 'read:companies read:inventory read:cogs' })
    const ask = () => introspect(body.access_token, resourceServer, other)
    await prisma.membership.delete({
      where: { personId_companyId: { personId: 'prs_owner', companyId: 'co_harbor_eu' } },
    })
    expect(await ask()).toMatchObject({ companies: ['co_harbor_us'] })
    await prisma.membership.updateMany({
      where: { personId: 'prs_owner' },
      data: { role: 'Viewer' },
    })
    expect(await ask()).toMatchObject({ scope: 'read:companies read:inventory' })
    await prisma.membership.deleteMany({ where: { personId: 'prs_owner' } })
    expect(await ask()).toEqual(inactive)
  })

  test('knows opaque access tokens as well', async () => {
    await using opaque = await startServer({ APP_SECRET: appSecret, ACCESS_TOKEN_FORMAT: 'opaque' })
    const { body } = await tokens(opaque, { scope: 'read:companies' })
    expect(body.access_token).toMatch(/^[\w-]{43}$/)
    const ask = () => introspect(body.access_token, resourceServer, opaque)
    const answer = await ask()
    expect(answer).toMatchObject({
      active: true,
      scope: 'read:companies',
      aud: opaque.config.mcpUrl,
      companies: ['co_harbor_eu', 'co_harbor_us'],
    })
    await revokeGrant(opaque, answer.grant_id, 'person')
    expect(await ask()).toEqual(inactive)
  })
})

describe('revocation', () => {
  test('of an access token leaves the refresh token', async () => {
    const { body } = await tokens(server)
    expect((await revoke(body.access_token)).status).toBe(200)
    expect(await introspect(body.access_token)).toEqual(inactive)
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
  })

  test('of a refresh token ends the access tokens', async () => {
    const { body } = await tokens(server)
    expect((await revoke(body.refresh_token, { token_type_hint: 'access_token' })).status).toBe(200)
    expect(await introspect(body.access_token)).toEqual(inactive)
    expect((await refresh(server, body.refresh_token)).body.error).toBe('invalid_grant')
  })

  test('by another client has no effect', async () => {
    const { body } = await tokens(server)
    for (const token of [body.access_token, body.refresh_token]) {
      expect((await revoke(token, { client_id: 'mcp-inspector' })).status).toBe(200)
    }
    expect(await introspect(body.access_token)).toMatchObject({ active: true })
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
  })

  test.each(['garbage', 'a.b.c', 'x'.repeat(43)])('of "%s" is none', async (token) => {
    expect((await revoke(token)).status).toBe(200)
  })

  test('needs a client and a token', async () => {
    expect((await revoke('x', { client_id: '' })).status).toBe(400)
    expect((await revoke('x', { client_id: 'nobody' })).body.error).toBe('invalid_client')
    expect((await revoke('')).body.error).toBe('invalid_request')
  })
})
