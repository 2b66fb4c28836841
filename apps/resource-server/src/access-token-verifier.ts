import { hash as digest } from 'node:crypto'
import {
  type AccessToken,
  companyScopesOf,
  hasExpired,
  invalidToken,
  type Judgement,
  resourceScopesOf,
} from './access-token.ts'
import { AuthorizationServerUnavailable } from './authorization-server.ts'
import type { ActiveToken, Introspect } from './introspection.ts'
import { looksLikeJwt, type VerifyJwt } from './jwt-access-token.ts'
import { judgeOpaqueToken } from './opaque-access-token.ts'

export type Verification =
  | Judgement
  | {
      readonly ok: false
      readonly reason: 'unavailable'
      readonly error: AuthorizationServerUnavailable
    }

export type VerifyAccessToken = (token: string) => Promise<Verification>

/** Tokens that are remembered at most; the longest known go first. */
const capacity = 10_000

/**
 * Judges bearer tokens. A JWT is verified here (signature, type, issuer, audience, times) and then asked about, because
 * it may have been revoked; an opaque token is only asked about. A positive answer is trusted for
 * `revocationCheckSeconds`, counted from the question, and never beyond the token's expiry. 0 asks every time.
 *
 * Tokens are remembered by their SHA-256, never in clear.
 */
export function createAccessTokenVerifier({
  verifyJwt,
  introspect,
  issuer,
  resource,
  revocationCheckSeconds,
}: {
  verifyJwt: VerifyJwt
  introspect: Introspect
  issuer: string
  resource: string
  revocationCheckSeconds: number
}): VerifyAccessToken {
  const signed = new Map<string, AccessToken>()
  const trusted = new Map<string, Trusted>()
  const asking = new Map<string, Promise<Judgement>>()

  async function judge(token: string, hash: string): Promise<Judgement> {
    const askedAtMs = Date.now()
    const judgement = looksLikeJwt(token) ? await judgeJwt(token, hash) : await judgeOpaque(token)
    if (judgement.ok && revocationCheckSeconds > 0) {
      const { accessToken } = judgement
      const windowEndsMs = askedAtMs + revocationCheckSeconds * 1000
      const untilMs = Math.min(windowEndsMs, accessToken.expiresAt.getTime())
      remember(trusted, hash, { accessToken, askedAtMs, untilMs })
    }
    return judgement
  }

  async function judgeJwt(token: string, hash: string): Promise<Judgement> {
    const known = signed.get(hash)
    const jwt: Judgement =
      known && !hasExpired(known) ? { ok: true, accessToken: known } : await verifyJwt(token)
    if (!jwt.ok) return jwt
    remember(signed, hash, jwt.accessToken)
    const answer = await introspect(token)
    if (answer.active) return { ok: true, accessToken: asOfNow(jwt.accessToken, answer) }
    signed.delete(hash)
    return invalidToken(ended, { reason: 'token_revoked' })
  }

  async function judgeOpaque(token: string): Promise<Judgement> {
    const answer = await introspect(token)
    return answer.active
      ? judgeOpaqueToken(answer, { issuer, resource })
      : invalidToken(ended, { reason: 'token_revoked' })
  }

  return async function verifyAccessToken(token) {
    const hash = digest('sha256', token, 'base64url')
    const known = trusted.get(hash)
    if (known && isStillTrusted(known)) return { ok: true, accessToken: known.accessToken }
    trusted.delete(hash)
    try {
      // An answer that was asked for before this request began may be older than a revocation; without a window of
      // trust every request asks for itself.
      if (revocationCheckSeconds === 0) return await judge(token, hash)
      return await shared(asking, hash, () => judge(token, hash))
    } catch (error) {
      if (!(error instanceof AuthorizationServerUnavailable)) throw error
      return { ok: false, reason: 'unavailable', error }
    }
  }
}

interface Trusted {
  readonly accessToken: AccessToken
  readonly askedAtMs: number
  readonly untilMs: number
}

/** An answer of the future was asked for before a test put the clock back: its window would be too long. */
function isStillTrusted({ askedAtMs, untilMs }: Trusted): boolean {
  const nowMs = Date.now()
  return askedAtMs <= nowMs && nowMs < untilMs
}

const ended = 'The access token has expired, was revoked, or is unknown.'

/** Roles may have changed since the token was issued: the answer may narrow what it carries, never widen it. */
function asOfNow(accessToken: AccessToken, answer: ActiveToken): AccessToken {
  const stillGranted = answer.scope === undefined ? undefined : resourceScopesOf(answer.scope)
  return {
    ...accessToken,
    scopes: stillGranted ? accessToken.scopes.intersection(stillGranted) : accessToken.scopes,
    companies: answer.companies ?? accessToken.companies,
    companyScopes: companyScopesOf(answer.company_scopes),
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value) {
  if (map.size >= capacity && !map.has(key)) map.delete(map.keys().next().value!)
  map.set(key, value)
}

/** One piece of work per key at a time; whoever comes meanwhile gets the same result. */
function shared<Result>(
  running: Map<string, Promise<Result>>,
  key: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const already = running.get(key)
  if (already) return already
  const started = work().finally(() => running.delete(key))
  running.set(key, started)
  return started
}
