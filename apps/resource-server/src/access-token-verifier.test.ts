import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAccessTokenVerifier } from './access-token-verifier.ts'
import { createIntrospection } from './introspection.ts'
import { createJwtVerifier } from './jwt-access-token.ts'
import { createSigningKeys } from './signing-keys.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
  testResource,
} from './testing/tiny-authorization-server.ts'

let server: TinyAuthorizationServer

beforeEach(async () => {
  server = await startTinyAuthorizationServer()
})

afterEach(async () => {
  resetClock()
  await server[Symbol.asyncDispose]()
})

function verifier(revocationCheckSeconds: number) {
  const { issuer } = server
  const keys = createSigningKeys({ jwksUrl: `${issuer}/oauth2/jwks`, cooldownMs: 1 })
  return createAccessTokenVerifier({
    verifyJwt: createJwtVerifier({ keys, issuer, resource: testResource }),
    introspect: createIntrospection({
      url: `${issuer}/oauth2/introspect`,
      clientId: 'mcp-resource-server',
      clientSecret: 'secret:with/odd+signs',
    }),
    issuer,
    resource: testResource,
    revocationCheckSeconds,
  })
}

const opaqueAnswer = () => ({
  active: true,
  scope: 'read:cogs openid',
  client_id: 'client-a',
  sub: 'person-owner',
  aud: testResource,
  iss: server.issuer,
  exp: Math.floor(Date.now() / 1000) + 600,
  token_type: 'Bearer',
  companies: ['company-1'],
})

describe('liveness', () => {
  it('RS-29: is asked about with our own credentials', async () => {
    await verifier(5)(await server.mint())
    const [scheme, value] = server.introspections[0]!.authorization!.split(' ')
    expect(scheme).toBe('Basic')
    expect(Buffer.from(value!, 'base64').toString()).toBe(
      'mcp-resource-server:secret%3Awith%2Fodd%2Bsigns',
    )
  })

  it('is not trusted for the way back when a test resets the clock', async () => {
    const verify = verifier(5)
    const token = await server.mint({ exp: Math.floor(Date.now() / 1000) + 7_200 })
    advanceClock(3_600_000)
    expect((await verify(token)).ok).toBe(true)
    server.revoke(token)
    resetClock()
    expect(await verify(token)).toMatchObject({ ok: false, reason: 'invalid_token' })
  })

  it('is trusted for the window and asked about again afterwards', async () => {
    const verify = verifier(5)
    const token = await server.mint()
    expect((await verify(token)).ok).toBe(true)
    server.revoke(token)
    advanceClock(4_000)
    expect((await verify(token)).ok).toBe(true)
    advanceClock(1_001)
    expect(await verify(token)).toMatchObject({ ok: false, reason: 'invalid_token' })
    expect(server.introspections).toHaveLength(2)
  })

  it('is asked about every time when the window is 0', async () => {
    const verify = verifier(0)
    const token = await server.mint()
    expect((await verify(token)).ok).toBe(true)
    server.revoke(token)
    expect((await verify(token)).ok).toBe(false)
  })

  it('is one question however many requests bring the token at once', async () => {
    const verify = verifier(5)
    const token = await server.mint()
    const all = await Promise.all(Array.from({ length: 20 }, () => verify(token)))
    expect(all.every(({ ok }) => ok)).toBe(true)
    expect(server.introspections).toHaveLength(1)
  })

  it('is never borrowed from a question that was asked before, when the window is 0', async () => {
    const verify = verifier(0)
    const token = await server.mint()
    const release = server.holdIntrospection()
    const early = verify(token)
    const late = verify(token)
    release()
    await Promise.all([early, late])
    expect(server.introspections).toHaveLength(2)
  })

  it('ends with the token, inside the window as well', async () => {
    const verify = verifier(60)
    const token = await server.mint({ exp: Math.floor(Date.now() / 1000) + 10 })
    expect((await verify(token)).ok).toBe(true)
    advanceClock(11_000)
    expect(await verify(token)).toMatchObject({
      ok: false,
      description: 'The access token has expired.',
    })
  })

  it('is not asked about for a token that is bad anyway', async () => {
    await verifier(5)(await server.mint({ aud: 'https://other.test' }))
    expect(server.introspections).toHaveLength(0)
  })

  it('cannot be told while the authorization server is away, but for the window', async () => {
    const verify = verifier(5)
    const token = await server.mint()
    expect((await verify(token)).ok).toBe(true)
    server.fail(true)
    expect((await verify(token)).ok).toBe(true)
    advanceClock(5_001)
    expect(await verify(token)).toMatchObject({ ok: false, reason: 'unavailable' })
    server.fail(false)
    expect((await verify(token)).ok).toBe(true)
  })

  it('cannot be told from an answer that is not understood', async () => {
    const token = await server.mint()
    server.answer(token, { active: 'yes' })
    expect(await verifier(5)(token)).toMatchObject({ ok: false, reason: 'unavailable' })
  })
})

describe('what the authorization server says now', () => {
  it('narrows scopes and companies', async () => {
    const token = await server.mint({ scope: 'read:companies read:cogs' })
    server.answer(token, { active: true, scope: 'read:companies', companies: ['company-1'] })
    expect(await verifier(5)(token)).toMatchObject({
      ok: true,
      accessToken: { scopes: new Set(['read:companies']), companies: ['company-1'] },
    })
  })

  it('never widens scopes', async () => {
    const token = await server.mint({ scope: 'read:companies' })
    server.answer(token, { active: true, scope: 'read:companies write:import' })
    expect(await verifier(5)(token)).toMatchObject({
      accessToken: { scopes: new Set(['read:companies']) },
    })
  })

  it('leaves a token as it was issued when it says nothing of them', async () => {
    const token = await server.mint()
    server.answer(token, { active: true })
    expect(await verifier(5)(token)).toMatchObject({
      accessToken: { companies: ['company-1', 'company-2'] },
    })
  })
})

describe('an opaque token', () => {
  it('opens what introspection says', async () => {
    server.answer('opaque-token', opaqueAnswer())
    expect(await verifier(5)('opaque-token')).toMatchObject({
      ok: true,
      accessToken: {
        personId: 'person-owner',
        clientId: 'client-a',
        scopes: new Set(['read:cogs']),
        companies: ['company-1'],
      },
    })
  })

  it('may be bound to a key', async () => {
    const cnf = { jkt: 'k'.repeat(43) }
    server.answer('bound', { ...opaqueAnswer(), token_type: 'DPoP', cnf })
    expect(await verifier(5)('bound')).toMatchObject({
      ok: true,
      accessToken: { boundTo: cnf.jkt },
    })
  })

  it('is trusted no longer than a JWT', async () => {
    const verify = verifier(5)
    server.answer('opaque-token', opaqueAnswer())
    expect((await verify('opaque-token')).ok).toBe(true)
    server.revoke('opaque-token')
    advanceClock(5_001)
    expect((await verify('opaque-token')).ok).toBe(false)
  })

  it.each<[string, Record<string, unknown>]>([
    ['unknown', { active: false }],
    ['a refresh token', { token_type: undefined }],
    ['bound to a key and called a bearer token', { cnf: { jkt: 'k'.repeat(43) } }],
    ['called bound and names no key', { token_type: 'DPoP' }],
    ['bound to what is no thumbprint', { token_type: 'DPoP', cnf: { jkt: 'short' } }],
    ['bound in another manner', { token_type: 'DPoP', cnf: { 'x5t#S256': 'k'.repeat(43) } }],
    ['of another type', { token_type: 'N_A' }],
    ['for another resource', { aud: 'https://other.test/mcp' }],
    ['for several resources', { aud: [testResource, 'https://other.test/mcp'] }],
    ['for nobody', { aud: undefined }],
    ['from another issuer', { iss: 'https://evil.example' }],
    ['of no client', { client_id: undefined }],
    ['without an end', { exp: undefined }],
    ['past its end', { exp: 1_000 }],
  ])('is refused when it is %s', async (_what, difference) => {
    server.answer('opaque-token', { ...opaqueAnswer(), ...difference })
    expect(await verifier(5)('opaque-token')).toMatchObject({ ok: false, reason: 'invalid_token' })
  })
})
