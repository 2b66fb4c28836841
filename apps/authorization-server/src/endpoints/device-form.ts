import type { Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
import { routes } from '../provider/configuration.ts'

/**
 * The form for a device's code belongs to a session of the browser. Posted without one, because it expired or the form is
 * somebody else's, it is shown anew; the provider would fail.
 */
export function restartDeviceForm(context: Pick<ServerContext, 'provider'>): Middleware {
  return async function restartDeviceForm(ctx, next) {
    if (ctx.path !== routes.code_verification || ctx.method !== 'POST') return next()
    const session = ctx.cookies.get(context.provider.cookieName('session'), { signed: true })
    if (session) return next()
    ctx.status = 303
    ctx.set('Cache-Control', 'no-store')
    ctx.redirect(routes.code_verification)
  }
}
