import type Koa from 'koa'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export interface Metrics {
  /** For counters and gauges of one's own. */
  readonly registry: Registry
  /** Times every request. */
  readonly observeRequests: Koa.Middleware
  /** `GET /metrics` in Prometheus text. */
  readonly route: Koa.Middleware
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * Metrics of one server in a registry of its own: two servers may share a process.
 *
 * @param service value of the `service` label
 */
export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return {
    registry,
    observeRequests: async function observeRequest(ctx, next) {
      const stop = durations.startTimer()
      ctx.res.once('close', () => {
        const method = methods.has(ctx.method) ? ctx.method : 'other'
        stop({ method, route: routeName(ctx), status: String(ctx.res.statusCode) })
      })
      await next()
    },
    route: async function answerMetrics(ctx, next) {
      if (ctx.path !== '/metrics' || ctx.method !== 'GET') return next()
      ctx.set('Cache-Control', 'no-store')
      ctx.type = registry.contentType
      ctx.body = await registry.metrics()
    },
  }
}

/** A pattern and never the path: paths carry ids, and every id would be a new time series. */
function routeName(ctx: Koa.Context): string {
  return ctx.state.route ?? ctx._matchedRoute ?? 'other'
}
