import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterEach, describe, expect, it } from 'vitest'
import { healthRoutes } from './health.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createCorrelationId, requestLog } from './request-log.ts'

const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Serves an app with the given middleware; log lines are collected. */
async function serve(...middleware: Koa.Middleware[]) {
  const app = new Koa()
  app.silent = true
  for (const each of middleware) app.use(each)
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function capture() {
  const lines: Record<string, unknown>[] = []
  const written = Promise.withResolvers<Record<string, unknown>>()
  const log = createLog({
    level: 'info',
    format: 'json',
    destination: {
      write: (line) => {
        lines.push(JSON.parse(line))
        written.resolve(JSON.parse(line))
      },
    },
  })
  return { log, lines, firstLine: written.promise }
}

describe('requestLog', () => {
  it('writes one line with method, path, status and duration, under the id that the answer carries', async () => {
    const { log, firstLine } = capture()
    const url = await serve(requestLog(log), (ctx) => {
      ctx.status = 204
    })
    const answer = await fetch(`${url}/oauth2/token`, { method: 'POST' })
    expect(answer.headers.get('x-correlation-id')).toMatch(/^c-[a-z2-7]{20}$/)
    expect(await firstLine).toMatchObject({
      level: 'info',
      correlationId: answer.headers.get('x-correlation-id'),
      method: 'POST',
      path: '/oauth2/token',
      status: 204,
      durationMs: expect.any(Number),
    })
  })

  it('never logs the query', async () => {
    const { log, firstLine } = capture()
    const url = await serve(requestLog(log))
    await fetch(`${url}/callback?code=hunter2`)
    expect(JSON.stringify(await firstLine)).not.toContain('hunter2')
  })

  it('does not adopt the id that a client sends', async () => {
    const { log } = capture()
    const url = await serve(requestLog(log))
    const answer = await fetch(url, { headers: { 'X-Correlation-Id': 'c-mine' } })
    expect(answer.headers.get('x-correlation-id')).not.toBe('c-mine')
  })

  it('gives the request a log that carries the id', async () => {
    const { log, firstLine } = capture()
    const url = await serve(requestLog(log), (ctx) => {
      ctx.state.log.info('inside')
      ctx.body = ctx.state.correlationId
    })
    const id = await (await fetch(url)).text()
    expect(await firstLine).toMatchObject({ correlationId: id, msg: 'inside' })
  })

  it('tells the status of a failure that nobody caught, as an error', async () => {
    const { log, firstLine } = capture()
    const url = await serve(requestLog(log), () => {
      throw new Error('defect')
    })
    expect((await fetch(url)).status).toBe(500)
    expect(await firstLine).toMatchObject({ level: 'error', status: 500 })
  })

  it('marks an answer that the client did not wait for', async () => {
    const { log, firstLine } = capture()
    const abort = new AbortController()
    const url = await serve(requestLog(log), (ctx) => {
      ctx.respond = false
      ctx.res.write('first')
    })
    await fetch(url, { signal: abort.signal })
    abort.abort()
    expect(await firstLine).toMatchObject({ aborted: true })
  })
})

describe('createCorrelationId', () => {
  it('does not repeat', () => {
    const ids = new Set(Array.from({ length: 1_000 }, createCorrelationId))
    expect(ids.size).toBe(1_000)
  })
})

describe('healthRoutes', () => {
  const fine = async () => ({ database: true, keys: true })

  async function ask(path: string, ready: () => Promise<Record<string, boolean>>, init = {}) {
    const url = await serve(healthRoutes({ log: capture().log, ready }))
    return fetch(url + path, init)
  }

  it('says ok as long as the process answers, ready or not', async () => {
    const answer = await ask('/healthz', async () => ({ database: false }))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'ok' })
  })

  it('is ready when every check is', async () => {
    const answer = await ask('/readyz', fine)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({
      status: 'ready',
      checks: { database: true, keys: true },
    })
  })

  it('is not ready when one check is not', async () => {
    const answer = await ask('/readyz', async () => ({ database: false, keys: true }))
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({
      status: 'not_ready',
      checks: { database: false, keys: true },
    })
  })

  it('is not ready when a check throws, and does not say why to strangers', async () => {
    const answer = await ask('/readyz', () => Promise.reject(new Error('connect 10.0.0.7')))
    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toContain('10.0.0.7')
  })

  it('answers only GET and HEAD', async () => {
    const answer = await ask('/readyz', fine, { method: 'POST' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, HEAD')
  })

  it.each(['/', '/healthz/', '/readyz/database'])('leaves %s to others', async (path) => {
    expect((await ask(path, fine)).status).toBe(404)
  })
})

describe('createMetrics', () => {
  it('shows process metrics and request durations under the name of the service', async () => {
    const metrics = createMetrics('resource-server')
    const url = await serve(metrics.observeRequests, metrics.route)
    await fetch(`${url}/nowhere`)
    const answer = await fetch(`${url}/metrics`)
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const text = await answer.text()
    expect(text).toMatch(/process_resident_memory_bytes\{service="resource-server"\} \d+/)
    expect(text).toMatch(
      /http_request_duration_seconds_count\{service="resource-server",method="GET",route="other",status="404"\} 1/,
    )
  })

  it('names a route by its pattern, never by the path', async () => {
    const metrics = createMetrics('authorization-server')
    const url = await serve(metrics.observeRequests, (ctx) => {
      ctx.state.route = '/interaction/:uid'
      ctx.body = ''
    })
    await fetch(`${url}/interaction/abc`)
    const text = await metrics.registry.metrics()
    expect(text).toContain('route="/interaction/:uid"')
    expect(text).not.toContain('abc')
  })

  it('does not grow with invented methods', async () => {
    const metrics = createMetrics('authorization-server')
    const url = await serve(metrics.observeRequests)
    await fetch(url, { method: 'PROPFIND' })
    expect(await metrics.registry.metrics()).toContain('method="other"')
  })

  it('keeps two servers in one process apart', async () => {
    const one = createMetrics('one')
    expect(await createMetrics('two').registry.metrics()).not.toContain('service="one"')
    expect(await one.registry.metrics()).not.toContain('service="two"')
  })

  it('answers only GET /metrics', async () => {
    const { route } = createMetrics('one')
    const url = await serve(route)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404)
    expect((await fetch(`${url}/metric`)).status).toBe(404)
  })
})
