import { hash } from 'node:crypto'
import { parseScope } from '@neonpanel/contracts/scopes'
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import type { GrantFacts } from './grant-facts.ts'
import type { RefusalReason } from './refusal-reason.ts'

/** A code or refresh token that was presented, as it was found. */
interface PresentedSource {
  readonly payload: AdapterPayload
  readonly isUsed: boolean
  readonly facts: GrantFacts | undefined
}

const presented = new WeakMap<object, PresentedSource>()

/** Keeps what was found for the rest of the request, for the case that it is refused. */
export function rememberSource(request: object | undefined, source: PresentedSource): void {
  if (request) presented.set(request, source)
}

/**
 * Why a code or refresh token was refused: looked at again in the order of the provider, whose one answer for all of it
 * is invalid_grant.
 */
export function sourceProblem(ctx: KoaContextWithOIDC, error: string): RefusalReason | undefined {
  const { params, client } = ctx.oidc
  const isCode = params?.grant_type === 'authorization_code'
  if (!client || (!isCode && params?.grant_type !== 'refresh_token')) return undefined
  const found = presented.get(ctx)
  if (error === 'invalid_request') return isCode ? malformedVerifier(params) : undefined
  if (error === 'invalid_scope') return beyondGranted(params, found)
  if (error !== 'invalid_grant') return undefined
  const kind = isCode ? 'code' : 'refresh_token'
  if (!found) return { reason: `${kind}_unknown` }
  return (
    generalProblem(kind, found, client.clientId) ??
    (isCode ? codeProblem(params, found) : undefined) ?? {
      // Another request may have used it at the same moment.
      reason: `${kind}_reused`,
    }
  )
}

function generalProblem(
  kind: 'code' | 'refresh_token',
  { payload, facts, isUsed }: PresentedSource,
  clientId: string,
): RefusalReason | undefined {
  const { clientId: owner, exp } = payload
  if (owner !== undefined && owner !== clientId) {
    return { reason: `${kind}_of_other_client`, got: clientId, expected: owner }
  }
  if (exp !== undefined && exp * 1000 <= Date.now()) {
    return {
      reason: `${kind}_expired`,
      got: new Date(Date.now()).toISOString(),
      expected: new Date(exp * 1000).toISOString(),
    }
  }
  if (!facts?.isLive) return { reason: 'grant_revoked' }
  return isUsed && kind === 'refresh_token' ? { reason: 'refresh_token_reused' } : undefined
}

type Parameters = KoaContextWithOIDC['oidc']['params']

function codeProblem(params: Parameters, { payload }: PresentedSource): RefusalReason | undefined {
  const { code_verifier: verifier, redirect_uri: got } = params ?? {}
  if (!verifier) return { reason: 'verifier_missing' }
  if (hash('sha256', String(verifier), 'base64url') !== payload.codeChallenge) {
    return { reason: 'verifier_mismatch' }
  }
  if (payload.redirectUri !== undefined && got !== payload.redirectUri) {
    return {
      reason: 'redirect_uri_mismatch',
      got: String(got).slice(0, 300),
      expected: payload.redirectUri,
    }
  }
  return undefined
}

function malformedVerifier(params: Parameters): RefusalReason | undefined {
  const { code_verifier: verifier } = params ?? {}
  if (typeof verifier !== 'string' || /^[\w\-.~]{43,128}$/.test(verifier)) return undefined
  return {
    reason: 'verifier_malformed',
    got: `${verifier.length} characters`,
    expected: '43 to 128 letters, digits and -._~',
  }
}

function beyondGranted(
  params: Parameters,
  found: PresentedSource | undefined,
): RefusalReason | undefined {
  const { scope: expected } = found?.payload ?? {}
  if (expected === undefined) return undefined
  const held = new Set(parseScope(expected))
  const got = parseScope(String(params?.scope ?? ''))
  if (got.every((scope) => held.has(scope))) return undefined
  return { reason: 'refresh_scope_exceeds', got: got.join(' '), expected }
}
