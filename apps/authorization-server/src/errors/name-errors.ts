import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { endpointAt } from '../endpoints/endpoints.ts'
import { html } from '../web/html.ts'
import { refusedAt } from './refused-authorization.ts'
import { errorUri, type Refused, topicOf } from './topics.ts'

/** Gives every JSON error of an OAuth endpoint its `error_uri`, whoever refused the request (RFC 6749 section 5.2). */
export function nameErrors(options: { issuer: string; hasRegistration: boolean }): Middleware {
  return async function nameError(ctx, next) {
    await next()
    if (!endpointAt(ctx.path, options)?.isMachine || !isError(ctx.body)) return
    const refused = refusal(ctx, ctx.body.error)
    const error_uri = errorUri(options.issuer, topicOf(refused))
    ctx.body = { ...ctx.body, error: refused.error, error_uri }
  }
}

/** The same for errors that the browser takes to the client, by redirect or by a form (section 4.1.2.1). */
export function nameRedirectedErrors({ issuer }: { issuer: string }): Middleware {
  return async function nameRedirectedError(ctx, next) {
    await next()
    const { oidc } = ctx as Partial<KoaContextWithOIDC>
    if (oidc?.route !== 'authorization' && oidc?.route !== 'resume') return
    const location = ctx.response.get('Location')
    if (location) nameInLocation(ctx, issuer, location)
    else if (typeof ctx.body === 'string') nameInForm(ctx, issuer, ctx.body)
  }
}

function nameInLocation(ctx: Context, issuer: string, location: string): void {
  if (!URL.canParse(location)) return
  const [start = '', fragment] = location.split('#')
  const answer = fragment ?? start.split('?')[1] ?? ''
  const error = new URLSearchParams(answer).get('error')
  if (!error || new URL(location).origin === issuer) return
  const parameter = `&error_uri=${encodeURIComponent(uriOf(ctx, issuer, error))}`
  ctx.redirect(`${location}${parameter}`)
}

/** `response_mode=form_post`: the provider's page is a form of hidden inputs. */
function nameInForm(ctx: Context, issuer: string, page: string): void {
  const error = / name="error" value="([a-z_]+)"/.exec(page)?.[1]
  if (!error) return
  const input = html`<input type="hidden" name="error_uri" value="${uriOf(ctx, issuer, error)}"/>`
  ctx.body = page.replace(/<form method="post"[^>]*>/, (form) => `${form}${input.markup}`)
}

function uriOf(ctx: Context, issuer: string, error: string): string {
  return errorUri(issuer, topicOf(refusal(ctx, error)))
}

function refusal(ctx: Context, error: string): Refused {
  const { oidc } = ctx as Partial<KoaContextWithOIDC>
  return oidc
    ? refusedAt(ctx as unknown as KoaContextWithOIDC, error)
    : { error, isAuthorization: false, parameters: {} }
}

function isError(body: unknown): body is { readonly error: string } {
  return (
    typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
  )
}
