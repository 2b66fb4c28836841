import type Router from '@koa/router'
import type { Middleware } from 'koa'

/** A router as one middleware of the app. Known paths answer other methods with 405 and `Allow` (RFC 9110). */
export function routesOf(router: Router): Middleware {
  const routes = router.routes()
  const allowedMethods = router.allowedMethods()
  return async function answerRoutes(ctx, next) {
    // The router adds what its handlers need to the context.
    const routed = ctx as Parameters<typeof routes>[0]
    await routes(routed, async () => {
      const isKnownPath = (ctx.matched?.length ?? 0) > 0
      if (!isKnownPath) return next()
      await allowedMethods(ctx as Parameters<typeof allowedMethods>[0], async () => {})
    })
  }
}
