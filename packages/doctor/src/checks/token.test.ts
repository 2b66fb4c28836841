import { type CryptoKey, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Session } from '../servers.ts'
import type { Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import { type Servers, startServers } from '../testing/servers.ts'
import { examineToken } from './token.ts'

const examined = async (servers: Servers, change: (session: Session) => Session = (x) => x) => {
  const session = change(await servers.session())
  const known = await learnt(servers)
  const { findings } = await examineArea(servers.mcpUrl, 'token', (examination) =>
    examineToken(examination, { ...known, session }),
  )
  return findings
}

const found = async (changes: Changes, change?: (session: Session) => Session) =>
  named(await examined(await startServers(changes), change))

/** Changes the grant of the session. */
const grant =
  (members: Partial<Session['grant']>) =>
  (session: Session): Session => ({
    ...session,
    grant: { clientId: 'a-client', ...session.grant, ...members },
  })

const seconds = () => Math.floor(Date.now() / 1000)

describe('an access token', () => {
  test('of a healthy server has nothing to find', async () => {
    expect(await found({})).toEqual([])
  })

  test.each<[string, Changes]>([
    ['error token_issuer_mismatch', { claims: { iss: 'https://other.example' } }],
    ['error token_audience_missing', { claims: { aud: undefined } }],
    ['error token_audience_wrong', { claims: { aud: 'https://other.example/mcp' } }],
    ['error token_is_id_token', { claims: { aud: 'a-client', nonce: 'n' } }],
    ['error token_expired', { claims: { exp: seconds() - 600 } }],
    ['warning token_claims_missing', { claims: { jti: undefined, scope: undefined } }],
    ['note token_personal_data', { claims: { email: 'a@person.example' } }],
    ['warning token_secret_inside', { claims: { upstream_access_token: 'x' } }],
    ['warning token_large', { claims: { groups: 'g'.repeat(4096) } }],
    ['error token_large', { claims: { groups: 'g'.repeat(9000) } }],
    ['warning token_typ_wrong', { tokenHeader: { typ: 'JWT' } }],
  ])('%s', async (expected, changes) => {
    expect((await found(changes))[0]).toBe(expected)
  })

  test('with a slash at the end of its audience is spelled otherwise', async () => {
    let mcpUrl = ''
    const servers = await startServers({
      claims: {
        get aud() {
          return `${mcpUrl}/`
        },
      },
    })
    mcpUrl = servers.mcpUrl
    expect(named(await examined(servers))).toContain('warning token_audience_spelling')
  })

  test('that begins in the future is warned of where it is taken, and is why it is refused', async () => {
    expect(await found({ claims: { iat: seconds() + 300 } })).toContain(
      'warning token_not_yet_valid',
    )
    expect(await found({ claims: { nbf: seconds() + 300 } })).toEqual(['error token_not_yet_valid'])
  })

  test('lives neither for ever nor for moments', async () => {
    const iat = seconds()
    expect(await found({ claims: { exp: iat + 30 } }, grant({ expiresIn: 30 }))).toEqual([
      'warning token_lifetime_short',
    ])
    const days = 3 * 24 * 3600
    expect(await found({ claims: { exp: iat + days } }, grant({ expiresIn: days }))).toEqual([
      'warning token_lifetime_long',
    ])
    expect(await found({ claims: { exp: undefined } }, grant({ expiresIn: undefined }))).toEqual([
      'warning expires_in_missing',
      'error token_never_expires',
    ])
    expect(await found({}, grant({ expiresIn: 600 }))).toEqual(['warning token_lifetime_differs'])
  })

  test('comes with a response that says what it is', async () => {
    expect(await found({}, grant({ tokenType: '' }))).toEqual(['error token_type_not_bearer'])
    const silent = grant({ scope: undefined, requestedScope: 'read' })
    expect(await found({}, silent)).toEqual(['warning scope_not_told', 'note scope_wider'])
    expect(await found({}, grant({ requestedScope: 'read write delete offline_access' }))).toEqual([
      'note scope_reduced',
    ])
  })
})

describe('its signature', () => {
  const signed = async (alg: string, kid = 'the-key') => {
    const { privateKey } = await generateKeyPair(alg)
    return (session: Session, servers: Servers) =>
      resign(session, servers, { alg, kid }, privateKey)
  }
  const resign = async (
    { accessToken, grant }: Session,
    { issuer }: Servers,
    header: { alg: string; kid?: string },
    key: CryptoKey | Uint8Array,
  ): Promise<Session> => {
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.iss).toBe(issuer)
    const protectedHeader = { typ: 'at+jwt', ...header }
    return {
      accessToken: await new SignJWT(claims).setProtectedHeader(protectedHeader).sign(key),
      grant,
    }
  }
  const with_ = async (
    servers: Servers,
    change: (session: Session, servers: Servers) => Promise<Session>,
  ) => {
    const session = await change(await servers.session(), servers)
    return examined(servers, () => session)
  }

  test('of a key that is not published, or of another one under its id, is why it is refused', async () => {
    const servers = await startServers()
    const [unknown] = await with_(servers, await signed('ES256', 'another-key'))
    expect(unknown).toMatchObject({
      level: 'error',
      id: 'token_key_unknown',
      got: 'another-key',
      expected: 'the-key',
    })
    expect(named(await with_(servers, await signed('ES256')))).toEqual([
      'error token_signature_wrong',
    ])
  })

  test('by a shared secret, and none at all', async () => {
    const servers = await startServers()
    const secret = new TextEncoder().encode('a secret of thirty-two characters')
    const shared = (session: Session) => resign(session, servers, { alg: 'HS256' }, secret)
    expect(named(await with_(servers, shared))).toEqual(['error token_symmetric'])
    const unsigned = async ({ accessToken, grant: given }: Session): Promise<Session> => {
      const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
      return { accessToken: `${header}.${accessToken.split('.')[1]}.`, grant: given }
    }
    expect(named(await with_(servers, unsigned))).toEqual(['error token_unsigned'])
  })

  test('cannot be checked without keys', async () => {
    const empty = ({ url }: { url: URL }) =>
      url.pathname === '/jwks' ? Response.json({ keys: [] }) : undefined
    expect(await found({ answer: empty })).toEqual(['error token_keys_unavailable'])
  })
})

describe('the MCP endpoint', () => {
  const says = (asked: { url: URL; headers: Headers }) =>
    asked.url.pathname === '/mcp' && asked.headers.has('authorization')

  test('that refuses a good token, or fails with it, is the cause itself', async () => {
    const refuse = (status: number) => (asked: { url: URL; headers: Headers }) =>
      says(asked) ? new Response(null, { status }) : undefined
    expect(await found({ answer: refuse(401) })).toEqual(['error token_refused'])
    expect(await found({ answer: refuse(503) })).toEqual(['error token_breaks_server'])
  })

  test('that takes whatever comes is told by a forged token', async () => {
    const { tokens, ...open } = await startServers({ open: true })
    const healthy = await startServers()
    const session = await tokens.session()
    const known = await learnt(healthy)
    const { findings } = await examineArea(open.mcpUrl, 'token', (examination) =>
      examineToken(examination, { ...known, session }),
    )
    expect(named(findings)).toContain('error altered_token_accepted')
    expect(named(findings)).toContain('error query_token_accepted')
  })

  test('that believes alg none, that takes tokens from the URL, or that refuses with another status', async () => {
    const initialized = () =>
      Response.json({ jsonrpc: '2.0', id: 0, result: { protocolVersion: '2025-11-25' } })
    const believing = await found({
      answer: (asked) =>
        /^Bearer [\w-]+\.[\w-]+\.$/.test(asked.headers.get('authorization') ?? '')
          ? initialized()
          : undefined,
    })
    expect(believing).toEqual(['error unsigned_token_accepted'])
    const fromUrl = await found({
      answer: ({ url }) => (url.searchParams.has('access_token') ? initialized() : undefined),
    })
    expect(fromUrl).toEqual(['error query_token_accepted'])
    const otherwise = await found({
      mend: (response, asked) =>
        response.status === 401 && asked.headers.get('authorization')?.includes('.')
          ? new Response(null, { status: 500 })
          : response,
    })
    expect(otherwise).toEqual(['error forged_token_not_401'])
  })

  test('takes opaque tokens, of which nothing can be read', async () => {
    const servers = await startServers({
      answer: (asked) =>
        asked.headers.get('authorization') === 'Bearer an-opaque-token'
          ? Response.json({ jsonrpc: '2.0', id: 0, result: {} })
          : undefined,
    })
    const opaque = (session: Session) => ({ ...session, accessToken: 'an-opaque-token' })
    expect(named(await examined(servers, opaque))).toEqual(['note token_opaque'])
  })
})
