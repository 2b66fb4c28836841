import type Koa from 'koa'
import { customAlphabet } from 'nanoid'
import type { Log } from './log.ts'

const hundredRandomBits = customAlphabet('abcdefghijklmnopqrstuvwxyz234567', 20)

/** An id for one request that ties its answer, its log lines and its audit events together. */
export function createCorrelationId(): string {
  return `c-${hundredRandomBits()}`
}

/**
 * One line per request, when its answer has ended, with the path but never the query: that is where codes and tokens
 * travel. Gives the request `ctx.state.correlationId` (sent as `X-Correlation-Id`) and `ctx.state.log`.
 */
export function requestLog(log: Log): Koa.Middleware {
  return async function logRequest(ctx, next) {
    const startedAt = performance.now()
    const { method, path } = ctx
    const correlationId = createCorrelationId()
    ctx.state.correlationId = correlationId
    ctx.state.log = log.child({ correlationId })
    ctx.set('X-Correlation-Id', correlationId)
    ctx.res.once('close', () => {
      const status = ctx.res.statusCode
      const durationMs = Math.round((performance.now() - startedAt) * 10) / 10
      const aborted = ctx.res.writableFinished ? {} : { aborted: true }
      const level = status >= 500 ? 'error' : 'info'
      ctx.state.log[level]({ method, path, status, durationMs, ...aborted }, 'request')
    })
    await next()
  }
}
