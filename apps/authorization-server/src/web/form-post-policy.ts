import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { redirectSources } from './security-headers.ts'

const header = 'Content-Security-Policy'

/** Allows no script at all: a directive for the provider to add the digest of its one script to. */
const noScriptYet = "script-src 'report-sample'"

/**
 * Lets the provider's self-submitting forms work under our policy (OAuth 2.0 Form Post Response Mode; signing out without
 * a session; a device code in the address): exactly their script may run, and for a client's answer the form may end
 * there. Every other page of the provider stays without script. A middleware of the provider, not of the app.
 */
export const formPostPolicy: Middleware = async function formPostPolicy(ctx, next) {
  const strict = ctx.response.get(header)
  ctx.set(header, `${strict}; ${noScriptYet}`)
  await next()
  const policy = ctx.response.get(header)
  if (!policy.includes("'sha256-")) {
    if (policy.endsWith(noScriptYet)) ctx.set(header, strict)
    return
  }
  const redirectUri = clientAnswerUri(ctx)
  if (!redirectUri) return
  const sources = redirectSources(redirectUri).join(' ')
  ctx.set(header, policy.replace("form-action 'self'", `form-action 'self' ${sources}`))
}

/** Where an authorization response goes; undefined when the form stays with us. */
function clientAnswerUri(ctx: Context): string | undefined {
  const { oidc } = ctx as unknown as KoaContextWithOIDC
  const isAnswer = oidc.params?.response_mode === 'form_post' && oidc.route !== 'device_resume'
  const redirectUri = isAnswer && oidc.params?.redirect_uri
  return typeof redirectUri === 'string' ? redirectUri : undefined
}
