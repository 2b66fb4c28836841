import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { routes } from '../provider/configuration.ts'
import { redirectSources } from '../web/security-headers.ts'

const header = 'Content-Security-Policy'

/**
 * The provider's pages that post themselves (`response_mode=form_post`, signing out before another person signs in, a device
 * link with its code) carry one line of script. It adds the hash to `script-src` where there is one; the target of the form
 * must be named too.
 */
export const allowFormPosts: Middleware = async function allowFormPosts(ctx, next) {
  const base = ctx.response.get(header)
  if (!isAtProviderPage(ctx.path) || !base) return next()
  ctx.set(header, `${base}; script-src 'none'`)
  await next()
  const policy = ctx.response.get(header)
  if (!policy.includes("'sha256-")) {
    if (policy === `${base}; script-src 'none'`) ctx.set(header, base)
    return
  }
  const target = formPostTarget(ctx)
  const allowed = target
    ? ['form-action', "'self'", ...redirectSources(target)].join(' ')
    : "form-action 'self'"
  ctx.set(
    header,
    policy.replace(/form-action [^;]*/, allowed).replace("'none' 'sha256-", "'sha256-"),
  )
}

function isAtProviderPage(path: string): boolean {
  return [routes.authorization, routes.code_verification, routes.end_session].some(
    (route) => path === route || path.startsWith(`${route}/`),
  )
}

function formPostTarget(ctx: Context): string | undefined {
  const parameters = (ctx as Partial<KoaContextWithOIDC>).oidc?.params
  if (parameters?.response_mode !== 'form_post') return undefined
  const target = parameters.redirect_uri
  return typeof target === 'string' && URL.canParse(target) ? target : undefined
}
