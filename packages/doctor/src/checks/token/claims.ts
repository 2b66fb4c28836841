import type { Examination } from '../../examination.ts'
import type { Exchange } from '../../finding.ts'
import { type Members, textOf, textsOf } from '../../json.ts'
import type { AuthorizationServer, Resource, Session } from '../../servers.ts'

/** A JWT access token, and what is known around it. */
export interface JwtToken {
  readonly header: Members
  readonly claims: Members
  readonly session: Session
  readonly resource: Resource
  readonly server: AuthorizationServer
  /** The MCP endpoint took it. */
  readonly accepted: boolean
  /** The request that showed it. */
  readonly shown: readonly Exchange[]
  /** The clock of the MCP endpoint. */
  readonly now: Date
}

/** Seconds that clocks may differ. */
const toleratedSeconds = 60
const daySeconds = 24 * 60 * 60

/** Looks at what the token says, the gravest first. */
export function examineClaims(examination: Examination, token: JwtToken): void {
  examineIssuer(examination, token)
  examineAudience(examination, token)
  examineTimes(examination, token)
  examineLifetime(examination, token)
  examineType(examination, token)
  examineRequired(examination, token)
  examineContents(examination, token)
}

function examineIssuer({ found }: Examination, { claims, server, shown }: JwtToken): void {
  if (claims.iss === server.issuer) return
  const got = textOf(claims.iss) ?? 'no iss'
  found('token_issuer_mismatch', { where: 'iss', got, expected: server.issuer, exchanges: shown })
}

function examineAudience({ found, mcpUrl }: Examination, token: JwtToken): void {
  const { claims, resource, session, accepted, shown } = token
  const expected = resource.metadata?.resource ?? mcpUrl
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : textsOf(claims.aud)
  const detail = { where: 'aud', expected, exchanges: shown }
  // Where the metadata names another resource than was entered, that was told: the client may have asked for either.
  if (audiences.includes(expected) || audiences.includes(mcpUrl)) return
  if (audiences.length === 0) {
    found('token_audience_missing', { ...detail, got: 'no aud' })
    return
  }
  const got = audiences.join(', ')
  const isForClient = audiences.includes(session.grant?.clientId ?? textOf(claims.azp) ?? '')
  const isIdToken = 'nonce' in claims || 'at_hash' in claims || token.header.typ !== 'at+jwt'
  if (isForClient && isIdToken) {
    found('token_is_id_token', { ...detail, got })
    return
  }
  if (audiences.some((audience) => isSameServer(audience, expected))) {
    const level = accepted ? 'warning' : 'error'
    found('token_audience_spelling', { ...detail, got, level })
    return
  }
  // Without metadata nobody told the client which resource to ask for (MCP 2025-03-26).
  const level = resource.metadata ? 'error' : 'warning'
  found('token_audience_wrong', { ...detail, got, level })
}

function isSameServer(audience: string, expected: string): boolean {
  if (!URL.canParse(audience) || !URL.canParse(expected)) return false
  const [one, other] = [new URL(audience), new URL(expected)]
  const [path, served] = [one, other].map(({ pathname }) => pathname.replace(/\/+$/, ''))
  return one.origin === other.origin && (path === served || path === '')
}

const asDate = (seconds: number) => new Date(seconds * 1000).toISOString()

function examineTimes({ found }: Examination, token: JwtToken): void {
  const { claims, accepted, shown } = token
  const now = token.now.getTime() / 1000
  const expected = token.now.toISOString()
  const { exp } = claims
  if (typeof exp === 'number' && exp < now - (accepted ? toleratedSeconds : 0)) {
    found('token_expired', { where: 'exp', got: asDate(exp), expected, exchanges: shown })
  }
  for (const where of ['nbf', 'iat'] as const) {
    const time = claims[where]
    if (typeof time !== 'number' || time <= now + toleratedSeconds) continue
    const level = accepted ? 'warning' : 'error'
    found('token_not_yet_valid', { where, got: asDate(time), expected, exchanges: shown, level })
    return
  }
}

function examineLifetime({ found }: Examination, { claims, session, now, shown }: JwtToken): void {
  const told = session.grant?.expiresIn
  const { exp, iat } = claims
  const detail = { where: 'exp', exchanges: shown }
  if (typeof exp !== 'number') {
    // With the token alone nobody knows what was said beside it.
    const level = session.grant && told === undefined ? 'error' : 'warning'
    found('token_never_expires', { ...detail, got: 'no exp', level })
    return
  }
  const begins = typeof iat === 'number' ? iat : now.getTime() / 1000
  const lives = Math.round(exp - begins)
  if (told !== undefined && lives > 0 && Math.abs(told - lives) > toleratedSeconds) {
    const [got, expected] = [`${told} s`, `${lives} s`]
    found('token_lifetime_differs', { ...detail, got, expected })
  }
  if (lives > daySeconds) found('token_lifetime_long', { ...detail, got: `${lives} s` })
  if (lives > 0 && lives < 60) found('token_lifetime_short', { ...detail, got: `${lives} s` })
}

function examineType({ found }: Examination, { header, shown }: JwtToken): void {
  const typ = textOf(header.typ)?.toLowerCase()
  if (typ === 'at+jwt' || typ === 'application/at+jwt') return
  const got = textOf(header.typ) ?? 'no typ'
  found('token_typ_wrong', { where: 'typ', got, expected: 'at+jwt', exchanges: shown })
}

function examineRequired({ found }: Examination, { claims, session, shown }: JwtToken): void {
  const required = ['sub', 'client_id', 'jti', 'iat'].filter((name) => claims[name] === undefined)
  const asked = session.grant?.requestedScope ?? session.grant?.scope
  // RFC 9068 section 2.2.3: where a scope was asked for.
  const lacksScope = Boolean(asked) && claims.scope === undefined
  const missing = lacksScope ? [...required, 'scope'] : required
  if (missing.length === 0) return
  const got = missing.join(', ')
  const others = Object.keys(claims).join(', ')
  found('token_claims_missing', { where: 'claims', got, expected: others, exchanges: shown })
}

const personal = [
  ...['email', 'name', 'given_name', 'family_name', 'nickname', 'preferred_username', 'upn'],
  ...['phone_number', 'address', 'birthdate', 'picture', 'gender', 'ip', 'ipaddr'],
]
const secret = /(?:password|secret|api_?key|private_?key|(?:access|refresh|id)_?token)$/i

function examineContents({ found }: Examination, { claims, session, shown }: JwtToken): void {
  const names = Object.keys(claims)
  const secrets = names.filter((name) => secret.test(name))
  const told = { where: 'claims', exchanges: shown }
  if (secrets.length > 0) found('token_secret_inside', { ...told, got: secrets.join(', ') })
  const people = names.filter((name) => personal.includes(name))
  if (people.length > 0) found('token_personal_data', { ...told, got: people.join(', ') })
  const { length } = session.accessToken
  if (length <= 4096) return
  const level = length > 8192 ? 'error' : 'warning'
  found('token_large', { where: 'access_token', got: `${length} bytes`, level, exchanges: shown })
}
