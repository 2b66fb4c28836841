import { describe, expect, it } from 'vitest'
import { accessTokenClaims, accessTokenType } from './access-token.ts'
import { initialAccessTokenClaims, initialAccessTokenType } from './initial-access-token.ts'
import { introspectionCredentials } from './introspection-credentials.ts'

const accessToken = {
  iss: 'https://my.neonpanel.com',
  sub: 'person-1',
  aud: 'https://mcp.neonpanel.com/mcp',
  client_id: 'claude',
  scope: 'read:companies',
  iat: 1_700_000_000,
  exp: 1_700_003_600,
  jti: 'token-1',
  grant_id: 'grant-1',
  companies: ['company-1'],
}

const initialAccessToken = {
  iss: 'https://my.neonpanel.com',
  aud: 'https://my.neonpanel.com',
  scope: 'dcr.create',
  iat: 1_700_000_000,
  exp: 1_700_000_900,
  jti: 'iat-1',
}

describe('accessTokenClaims', () => {
  it('accepts the claims of the contract', () => {
    expect(accessTokenClaims.parse(accessToken)).toEqual(accessToken)
  })

  it('lets a token of client_credentials be without a grant', () => {
    const { grant_id: _, ...claims } = accessToken
    expect(accessTokenClaims.safeParse(claims).success).toBe(true)
  })

  it('may be bound to a key', () => {
    const bound = { ...accessToken, cnf: { jkt: 'k'.repeat(43) } }
    expect(accessTokenClaims.parse(bound)).toEqual(bound)
  })

  it.each(['iss', 'sub', 'aud', 'client_id', 'scope', 'iat', 'exp', 'jti', 'companies'])(
    'needs %s',
    (name) => {
      const claims = { ...accessToken, [name]: undefined }
      expect(accessTokenClaims.safeParse(claims).success).toBe(false)
    },
  )

  it.each([
    { aud: ['https://mcp.neonpanel.com/mcp'] },
    { companies: 'company-1' },
    { companies: [1] },
    { exp: '1700003600' },
    { exp: 1_700_003_600.5 },
    { sub: '' },
    { scope: ['read:companies'] },
    { cnf: {} },
    { cnf: null },
    { cnf: { jkt: 'short' } },
    { cnf: { jwk: {} } },
    { cnf: { jkt: 'k'.repeat(43), 'x5t#S256': 'c'.repeat(43) } },
  ])('refuses %j', (change) => {
    expect(accessTokenClaims.safeParse({ ...accessToken, ...change }).success).toBe(false)
  })
})

describe('initialAccessTokenClaims', () => {
  it('accepts the claims of the contract, with a bound policy or without', () => {
    expect(initialAccessTokenClaims.parse(initialAccessToken)).toEqual(initialAccessToken)
    const bound = { ...initialAccessToken, allowed_redirect_hosts: ['chatgpt.com'] }
    expect(initialAccessTokenClaims.parse(bound)).toEqual(bound)
  })

  it.each([
    { scope: 'read:companies' },
    { scope: 'dcr.create read:companies' },
    { exp: undefined },
    { jti: '' },
    { allowed_redirect_hosts: 'chatgpt.com' },
  ])('refuses %j', (change) => {
    const claims = { ...initialAccessToken, ...change }
    expect(initialAccessTokenClaims.safeParse(claims).success).toBe(false)
  })

  it('is told from an access token by its type: the same keys sign both', () => {
    expect(initialAccessTokenType).not.toBe(accessTokenType)
    expect(initialAccessTokenClaims.safeParse(accessToken).success).toBe(false)
    expect(accessTokenClaims.safeParse(initialAccessToken).success).toBe(false)
  })
})

describe('introspectionCredentials', () => {
  const secret = Buffer.alloc(32, 7).toString('base64url')

  it('are the same on both servers', () => {
    expect(introspectionCredentials(secret)).toEqual(introspectionCredentials(secret))
  })

  it('do not show the secret that they come from', () => {
    const { clientSecret } = introspectionCredentials(secret)
    expect(clientSecret).toMatch(/^[\w-]{43}$/)
    expect(clientSecret).not.toContain(secret)
  })

  it('differ for another secret', () => {
    const other = Buffer.alloc(32, 8).toString('base64url')
    expect(introspectionCredentials(other).clientSecret).not.toBe(
      introspectionCredentials(secret).clientSecret,
    )
  })
})
