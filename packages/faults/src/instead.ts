import { protectedResourceMetadataUrl } from '@neonpanel/contracts/resource-identifier'
import type { Context } from 'koa'
import type { FaultEdge } from './edge.ts'
import { type Endpoint, showsPages } from './endpoints.ts'
import type { What } from './what.ts'

interface Instead {
  readonly status: number
  readonly type?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Place {
  readonly endpoint: Endpoint | undefined
  readonly edge: FaultEdge
}

/** Answers in place of the server. */
export function answerInstead(ctx: Context, what: What, place: Place): void {
  const answer = answerOf(what, place)
  if (answer.type) ctx.type = answer.type
  ctx.body = answer.body ?? null
  // Koa turns an empty body into 204; the fault's status wins.
  ctx.status = answer.status
  ctx.set({ 'Cache-Control': 'no-store', ...answer.headers })
  // A browser's client shall meet the fault and not a refusal of its browser.
  if (!showsPages(place.endpoint) && ctx.get('Origin') !== '') {
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After')
  }
}

function answerOf(what: What, place: Place): Instead {
  if (what.oauth_error) return oauthError(what.oauth_error, what.status)
  if (what.challenge) return challengeAnswer(what.challenge, place.edge)
  if (what.rate_limited) return rateLimited(what.rate_limited.retry_after_seconds)
  if (what.as_if) return pretend(what.as_if, place)
  if (what.html) return page(what.html, what.status ?? 500)
  const status = what.status ?? 200
  if (what.body === undefined) return { status }
  if (typeof what.body === 'string') {
    return { status, type: 'text/plain; charset=utf-8', body: what.body }
  }
  return json(status, what.body)
}

function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Instead {
  const type = 'application/json; charset=utf-8'
  return { status, type, body: JSON.stringify(body), headers }
}

function oauthError(error: NonNullable<What['oauth_error']>, status: number | undefined): Instead {
  const unauthorized = error.error === 'invalid_client' || error.error === 'invalid_token'
  const headers: Record<string, string> =
    error.error === 'invalid_token' ? { 'WWW-Authenticate': `Bearer error="${error.error}"` } : {}
  return json(status ?? (unauthorized ? 401 : 400), error, headers)
}

function challengeAnswer(challenge: NonNullable<What['challenge']>, edge: FaultEdge): Instead {
  const { status, error, error_description, scope, resource_metadata } = challenge
  const metadata =
    resource_metadata === undefined
      ? protectedResourceMetadataUrl(edge.resource)
      : resource_metadata
  const parameters = Object.entries({
    resource_metadata: metadata,
    scope,
    error,
    error_description,
  })
  const text = parameters.flatMap(([name, value]) => (value ? `${name}="${value}"` : []))
  return json(
    status,
    {
      error: error ?? (status === 401 ? 'unauthorized' : 'forbidden'),
      error_description: error_description ?? 'An access token is required.',
    },
    { 'WWW-Authenticate': `Bearer ${text.join(', ')}`.trim() },
  )
}

function rateLimited(seconds: number): Instead {
  const body = { error: 'temporarily_unavailable', error_description: 'Too many requests.' }
  return json(429, body, { 'Retry-After': String(seconds) })
}

function page(html: true | string, status: number): Instead {
  const body =
    html === true
      ? `<!doctype html>\n<html lang="en"><head><title>${status}</title></head><body><h1>${status}</h1><p>Something went wrong.</p></body></html>\n`
      : html
  return { status, type: 'text/html; charset=utf-8', body }
}

/** The answers of the servers themselves in these states. */
function pretend(state: NonNullable<What['as_if']>, { endpoint, edge }: Place): Instead {
  if (endpoint === 'mcp' || endpoint === 'userinfo') {
    const error_description = 'The access token was revoked.'
    return challengeAnswer({ status: 401, error: 'invalid_token', error_description }, edge)
  }
  if (state === 'client_unknown') {
    const error_description = 'client authentication failed'
    return oauthError({ error: 'invalid_client', error_description }, undefined)
  }
  if (endpoint === 'introspect') return json(200, { active: false })
  return oauthError(
    { error: 'invalid_grant', error_description: 'grant request is invalid' },
    undefined,
  )
}
