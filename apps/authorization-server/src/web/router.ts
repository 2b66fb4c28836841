import type Router from '@koa/router'
import type { Middleware } from 'koa'

/** A router as one middleware of the app. Known paths answer other methods with 405 and `Allow` (RFC 9110). */
export function routesOf(router: Router): Middleware {
  const routes = router.routes()
  const allowedMethods = router.allowedMethods()
  const places = new Set(router.stack.map(({ path }) => placeOf(String(path))))
  return async function answerRoutes(ctx, next) {
    // Most requests are to the endpoints of programs: the router would try all its patterns on them.
    if (!places.has(placeOf(ctx.path))) return next()
    // The router adds what its handlers need to the context.
    const routed = ctx as Parameters<typeof routes>[0]
    await routes(routed, async () => {
      const isKnownPath = (ctx.matched?.length ?? 0) > 0
      if (!isKnownPath) return next()
      await allowedMethods(ctx as Parameters<typeof allowedMethods>[0], async () => {})
    })
  }
}

/** The first segment of a path, in whose case the router takes no interest. */
function placeOf(path: string): string {
  return (path.split('/', 2)[1] ?? '').toLowerCase()
}
