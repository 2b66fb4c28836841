import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJwtVerifier, looksLikeJwt, type VerifyJwt } from './jwt-access-token.ts'
import { createSigningKeys } from './signing-keys.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
  testResource,
} from './testing/tiny-authorization-server.ts'

let server: TinyAuthorizationServer
let verify: VerifyJwt

beforeAll(async () => {
  server = await startTinyAuthorizationServer()
  const keys = createSigningKeys({ jwksUrl: `${server.issuer}/oauth2/jwks`, cooldownMs: 1 })
  verify = createJwtVerifier({ keys, issuer: server.issuer, resource: testResource })
})

afterAll(() => server[Symbol.asyncDispose]())

const nowSeconds = () => Math.floor(Date.now() / 1000)

describe('a JWT access token (RFC 9068 section 4)', () => {
  it('opens what its claims say', async () => {
    const exp = nowSeconds() + 60
    const token = await server.mint({ exp, scope: 'openid read:cogs dcr.create read:cogs' })
    expect(await verify(token)).toEqual({
      ok: true,
      accessToken: {
        personId: 'person-owner',
        grantId: 'grant-1',
        clientId: 'client-a',
        scopes: new Set(['read:cogs']),
        companies: ['company-1', 'company-2'],
        expiresAt: new Date(exp * 1000),
      },
    })
  })

  it('may spell its type as a media type', async () => {
    const token = await server.mint({}, { header: { typ: 'application/at+jwt' } })
    expect((await verify(token)).ok).toBe(true)
  })

  it('needs no grant when a service got it for itself', async () => {
    expect((await verify(await server.mint({ grant_id: undefined }))).ok).toBe(true)
  })

  it.each<[string, Record<string, unknown>]>([
    ['has expired', { exp: nowSeconds() - 1 }],
    ['never expires', { exp: undefined }],
    ['is not valid yet', { nbf: nowSeconds() + 600 }],
    ['was issued in the future', { iat: nowSeconds() + 600 }],
    ['does not say when it was issued', { iat: undefined }],
    ['is for the issuer', { aud: 'http://localhost:4400' }],
    ['is for the resource with a slash', { aud: `${testResource}/` }],
    ['is for the origin of the resource', { aud: new URL(testResource).origin }],
    ['is for another path', { aud: `${testResource}/admin` }],
    ['is for several resources', { aud: [testResource, 'https://other.test/mcp'] }],
    ['is for nobody', { aud: undefined }],
    ['is from another issuer', { iss: 'https://evil.example' }],
    ['is from an issuer that only begins alike', { iss: 'http://localhost:4400.evil.example' }],
    ['has no issuer', { iss: undefined }],
    ['has no subject', { sub: undefined }],
    ['has an empty subject', { sub: '' }],
    ['has no client', { client_id: undefined }],
    ['has no id', { jti: undefined }],
    ['has no scope', { scope: undefined }],
    ['has a scope that is no string', { scope: ['read:cogs'] }],
    ['has no companies', { companies: undefined }],
    ['has companies that are no list', { companies: 'company-1' }],
    ['is bound to what is no thumbprint', { cnf: { jkt: 'thumbprint' } }],
    ['is bound in another manner', { cnf: { 'x5t#S256': 'c'.repeat(43) } }],
  ])('is refused when it %s', async (_why, claims) => {
    expect(await verify(await server.mint(claims))).toMatchObject({
      ok: false,
      reason: 'invalid_token',
    })
  })

  it.each<[string, string | undefined]>([
    ['an ID token', 'JWT'],
    ['an initial access token', 'iat+jwt'],
    ['a logout token', 'logout+jwt'],
    ['of no type', undefined],
  ])('is refused when it is %s', async (_what, typ) => {
    expect((await verify(await server.mint({}, { header: { typ } }))).ok).toBe(false)
  })

  it('is refused when a stranger signed it, whatever key its header brings along', async () => {
    const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }
    for (const header of [{}, { jwk }, { jku: `${server.issuer}/oauth2/jwks` }, { x5u: 'x' }]) {
      expect((await verify(await server.mint({}, { stranger: true, header }))).ok).toBe(false)
    }
  })

  it.each(['../../etc/passwd', "' OR 1=1 --", 'http://evil.example/jwks', ''])(
    'is refused when its key id is %j',
    async (kid) => {
      expect((await verify(await server.mint({}, { header: { kid } }))).ok).toBe(false)
    },
  )

  it('is refused when it was altered', async () => {
    const [header, , signature] = (await server.mint()).split('.')
    const [, payload] = (await server.mint({ scope: 'write:import' })).split('.')
    expect((await verify(`${header}.${payload}.${signature}`)).ok).toBe(false)
  })

  it('is refused when it is not signed at all, or with a shared secret', async () => {
    const claims = {
      sub: 'person-owner',
      client_id: 'client-a',
      jti: 'j',
      scope: '',
      companies: [],
    }
    const unsecured = new UnsecuredJWT(claims)
      .setIssuer(server.issuer)
      .setAudience(testResource)
      .setIssuedAt()
      .setExpirationTime('1h')
      .encode()
    const symmetric = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })
      .setIssuer(server.issuer)
      .setAudience(testResource)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('public keys are no secrets at all'))
    expect((await verify(unsecured)).ok).toBe(false)
    expect((await verify(symmetric)).ok).toBe(false)
  })

  it.each(['..', 'a.b.c', 'e30.e30.e30', `${'A'.repeat(5000)}.e30.AA`])(
    'is refused when it is noise: %.12s',
    async (token) => {
      expect((await verify(token)).ok).toBe(false)
    },
  )
})

describe('the shape of a token', () => {
  it('tells a JWS from what is opaque', () => {
    expect(looksLikeJwt('a.b.c')).toBe(true)
    for (const opaque of ['abc', 'a.b', 'a.b.c.d.e', '']) expect(looksLikeJwt(opaque)).toBe(false)
  })
})
