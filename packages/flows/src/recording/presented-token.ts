import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Context } from 'koa'
import type { ServerNote } from './recorded-exchange.ts'

/** The access token of a request, whatever it is worth. */
export function presentedToken(ctx: Pick<Context, 'get'>): string | undefined {
  return /^(?:bearer|dpop)\s+(\S+)\s*$/i.exec(ctx.get('Authorization'))?.[1]
}

/** The grant that a token says it belongs to. Nobody has verified it. */
export function unverifiedGrant(token: string | undefined): string | undefined {
  const grant = decoded(token)?.grant_id
  return typeof grant === 'string' ? grant : undefined
}

/** What a refused token says about itself, as one note. It proves nothing, and tells a rogue's or a stale token apart. */
export function claimsNote(token: string | undefined): ServerNote[] {
  const told = decoded(token)
  if (!told) return []
  return [{ reason: 'unverified_claims', got: JSON.stringify(told).slice(0, 500) }]
}

const shown = ['iss', 'aud', 'client_id', 'grant_id', 'scope', 'iat', 'exp'] as const

function decoded(token: string | undefined): Record<string, unknown> | undefined {
  if (token === undefined) return undefined
  try {
    const { typ, alg, kid } = decodeProtectedHeader(token)
    const claims = decodeJwt(token)
    return { typ, alg, kid, ...Object.fromEntries(shown.map((name) => [name, claims[name]])) }
  } catch {
    return undefined
  }
}
