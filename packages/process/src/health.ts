import type Koa from 'koa'
import type { Log } from './log.ts'

const readyWithinMs = 3_000

/**
 * `/healthz`: the process is up. `/readyz`: it can do its work now; 503 takes it out of the load balancer.
 *
 * @param ready named checks; a rejection, or no answer within 3 s, counts as not ready
 */
export function healthRoutes({
  log,
  ready,
}: {
  log: Log
  ready: () => Promise<Record<string, boolean>>
}): Koa.Middleware {
  return async function answerHealth(ctx, next) {
    if (ctx.path !== '/healthz' && ctx.path !== '/readyz') return next()
    ctx.set('Cache-Control', 'no-store')
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.set('Allow', 'GET, HEAD')
      ctx.status = 405
      return
    }
    if (ctx.path === '/healthz') {
      ctx.body = { status: 'ok' }
      return
    }
    const checks = await settledChecks(ready, log)
    const isReady = Object.values(checks).every(Boolean)
    if (!isReady) log.warn({ checks }, 'not ready')
    ctx.status = isReady ? 200 : 503
    ctx.body = { status: isReady ? 'ready' : 'not_ready', checks }
  }
}

async function settledChecks(ready: () => Promise<Record<string, boolean>>, log: Log) {
  const { promise: late, resolve } = Promise.withResolvers<Record<string, boolean>>()
  const timer = setTimeout(() => resolve({ answered: false }), readyWithinMs)
  try {
    return await Promise.race([ready(), late])
  } catch (error) {
    log.error({ err: error }, 'readiness check failed')
    return { answered: false }
  } finally {
    clearTimeout(timer)
  }
}
