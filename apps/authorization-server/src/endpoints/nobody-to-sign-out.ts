import type { Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
import { showSignedOut } from '../interactions/own-sign-in.ts'
import { routes } from '../provider/configuration.ts'
import { findSignedIn } from '../web/signed-in.ts'

/**
 * Signing out with nobody signed in and no app to return to: our page says so, where the provider's would only post itself.
 */
export function nobodyToSignOut(context: ServerContext): Middleware {
  return async function nobodyToSignOut(ctx, next) {
    const isBare = ctx.method === 'GET' && ctx.path === routes.end_session && !ctx.querystring
    if (!isBare || (await findSignedIn(context, ctx))) return next()
    showSignedOut(context, ctx)
  }
}
