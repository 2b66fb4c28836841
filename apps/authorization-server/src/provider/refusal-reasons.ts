import { isScope, parseScope } from '@neonpanel/contracts/scopes'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { pkceProblem } from '../errors/pkce.ts'
import { nearestAddress } from '../errors/redirect-mismatch.ts'
import type { Refused } from '../errors/topics.ts'
import { clientProblem } from './client-problems.ts'
import { explainedReason, type RefusalReason } from './refusal-reason.ts'
import { sourceProblem } from './source-problems.ts'

/** The reason of a refusal, as far as one is known. */
export function reasonOf(
  ctx: KoaContextWithOIDC,
  refused: Refused,
  options: { readonly mcpUrl: string; readonly detail: string | undefined },
): RefusalReason | undefined {
  const told = explainedReason(ctx)
  if (told) return told
  if (refused.isAuthorization) return authorizationReason(ctx, refused, options)
  if (ctx.oidc.route === 'registration' && !ctx.get('Authorization')) {
    return { reason: 'initial_access_token_missing' }
  }
  if (ctx.oidc.route !== 'token') return undefined
  if (refused.error === 'invalid_client') return clientProblem(ctx, options.detail)
  if (refused.error === 'unauthorized_client') {
    return {
      reason: 'grant_type_not_allowed',
      got: shown(ctx.oidc.params?.grant_type),
      expected: (ctx.oidc.client?.grantTypes ?? []).join(' ') || 'none',
    }
  }
  return sourceProblem(ctx, refused.error)
}

function authorizationReason(
  { oidc }: KoaContextWithOIDC,
  { error, parameters }: Refused,
  { mcpUrl, detail }: { readonly mcpUrl: string; readonly detail: string | undefined },
): RefusalReason | undefined {
  switch (error) {
    case 'invalid_redirect_uri': {
      const got = shown(parameters.redirect_uri)
      const known = oidc.client?.redirectUris ?? []
      return {
        reason: 'redirect_uri_mismatch',
        got,
        expected: nearestAddress(got, known) ?? 'none',
      }
    }
    case 'invalid_client': {
      if (!parameters.client_id) return { reason: 'client_id_missing' }
      return { reason: 'client_unknown', got: shown(parameters.client_id) }
    }
    case 'unsupported_response_type':
      return {
        reason: 'response_type_unsupported',
        got: shown(parameters.response_type),
        expected: 'code',
      }
    case 'invalid_target': {
      const other = [parameters.resource].flat().find((one) => one !== mcpUrl)
      return { reason: 'resource_mismatch', got: shown(other), expected: mcpUrl }
    }
    case 'invalid_client_metadata':
      return { reason: 'document_invalid', ...(detail && { got: detail }) }
    case 'invalid_scope':
      return scopeReason(shown(parameters.scope), oidc.client?.scope)
    case 'invalid_request':
      return requestReason(parameters)
    default:
      return undefined
  }
}

function scopeReason(scope: string, ceiling: string | undefined): RefusalReason {
  const asked = parseScope(scope)
  const isBeyond = ceiling !== undefined && asked.some(isScope)
  return isBeyond
    ? { reason: 'scope_beyond_client', got: scope, expected: ceiling }
    : { reason: 'scope_unknown', got: scope }
}

const pkceReasons = {
  missing: 'pkce_missing',
  method: 'pkce_plain',
  malformed: 'pkce_challenge_malformed',
} as const

function requestReason(parameters: Refused['parameters']): RefusalReason | undefined {
  if (!parameters.client_id) return { reason: 'client_id_missing' }
  if (parameters.request_uri === undefined && !parameters.redirect_uri) {
    return { reason: 'redirect_uri_missing' }
  }
  const problem = pkceProblem(parameters)
  if (!problem) return undefined
  const { code_challenge: challenge, code_challenge_method: method } = parameters
  const kind = !challenge ? 'missing' : method === 'S256' ? 'malformed' : 'method'
  return {
    reason: pkceReasons[kind],
    got: problem.got.slice(0, 100),
    expected: 'a code_challenge of 43 characters, code_challenge_method=S256',
  }
}

/** What was sent, as far as it can be read. */
function shown(value: unknown): string {
  const [first] = [value].flat()
  return typeof first === 'string' ? first.slice(0, 300) : 'none'
}
