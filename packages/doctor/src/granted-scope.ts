import { decodeJwt } from 'jose'
import { type Members, textsOf } from './json.ts'
import type { Session } from './servers.ts'

/** The parts of a space-delimited scope (RFC 6749 section 3.3). */
export const scopesOf = (scope: string): string[] => scope.split(' ').filter(Boolean)

/** The claims of a JWT, unverified; undefined for any other token. */
export function claimsOf(token: string): Members | undefined {
  try {
    return decodeJwt(token)
  } catch {
    return undefined
  }
}

/** What the claims say of scope (RFC 9068 section 2.2.3; `scp` of Okta and Entra); undefined when nothing. */
export function scopesInClaims(claims: Members): string[] | undefined {
  const said = claims.scope ?? claims.scp
  if (typeof said === 'string') return scopesOf(said)
  return Array.isArray(said) ? textsOf(said) : undefined
}

/** The scopes of the session's token; undefined when nobody tells. */
export function grantedScopes({ accessToken, grant }: Session): string[] | undefined {
  const claims = claimsOf(accessToken)
  const inside = claims && scopesInClaims(claims)
  // RFC 6749 section 5.1: what the response leaves out is as it was asked for.
  const told = grant?.scope ?? grant?.requestedScope
  return inside ?? (told === undefined ? undefined : scopesOf(told))
}
