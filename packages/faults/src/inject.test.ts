import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import type { ServerName } from '@neonpanel/process/server-name'
import Koa, { type Middleware } from 'koa'
import { afterEach, describe, expect, test } from 'vitest'
import { faultSchema } from './fault.ts'
import { injectFaults } from './inject.ts'
import { createFaultRules } from './rules.ts'

const rule = (definition: unknown) => faultSchema.parse(definition)

const fine: Middleware = (ctx) => {
  ctx.body = 'fine'
}

/** A server that answers 200 `fine` to everything, or as it is told, with the faults in front of it. */
async function serve({
  server = 'authorization-server',
  handle = fine,
}: {
  server?: ServerName
  handle?: Middleware
} = {}) {
  const rules = createFaultRules()
  const app = new Koa()
  const edge = { server, issuer: 'http://as.test', resource: 'http://rs.test/mcp' }
  app.use(injectFaults(rules, edge)).use(handle)
  const http = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    rules,
    add: (definition: unknown) => rules.add(rule(definition)),
    get: (path: string, init: RequestInit = {}) => fetch(origin + path, init),
    [Symbol.dispose]: () => {
      rules.close()
      http.close()
      http.closeAllConnections()
    },
  }
}

type At = Awaited<ReturnType<typeof serve>>

const post = (at: At, path: string, form: Record<string, string> = {}, headers = {}) =>
  at.get(path, { method: 'POST', body: new URLSearchParams(form), headers })

const statusesOf = async (at: At, count: number, path = '/') => {
  const statuses: number[] = []
  while (statuses.length < count) statuses.push((await at.get(path)).status)
  return statuses
}

describe('faults strike', () => {
  afterEach(resetClock)

  test('at their path, method and server alone', async () => {
    using at = await serve({ server: 'resource-server' })
    await at.add({ where: { path: '/a' }, what: { status: 500 } })
    await at.add({ where: { path: '/b', method: 'delete' }, what: { status: 500 } })
    await at.add({ where: { server: 'authorization-server' }, what: { status: 500 } })
    expect((await at.get('/a/b')).status).toBe(200)
    expect((await at.get('/b')).status).toBe(200)
    expect(at.rules.list().map(({ hits }) => hits)).toEqual([0, 0, 0])
    expect((await at.get('/b', { method: 'DELETE' })).status).toBe(500)
  })

  test('at an endpoint, by name or several', async () => {
    using at = await serve()
    await at.add({ where: { endpoint: ['jwks', 'token'] }, what: { status: 503 } })
    expect((await at.get('/oauth2/jwks')).status).toBe(503)
    expect((await post(at, '/oauth2/token')).status).toBe(503)
    expect((await at.get('/oauth2/userinfo')).status).toBe(200)
  })

  test('a client, however it says who it is', async () => {
    using at = await serve()
    await at.add({ where: { client_id: 'app' }, what: { status: 503 } })
    const basic = { authorization: `Basic ${Buffer.from('app:secret').toString('base64')}` }
    expect((await post(at, '/oauth2/token', { client_id: 'app' })).status).toBe(503)
    expect((await post(at, '/oauth2/token', {}, basic)).status).toBe(503)
    expect((await at.get('/oauth2/authorize?client_id=app')).status).toBe(503)
    expect((await at.get('/oauth2/register/app')).status).toBe(503)
    expect((await post(at, '/oauth2/token', { client_id: 'other' })).status).toBe(200)
    expect((await at.get('/oauth2/jwks')).status).toBe(200)
  })

  test('a tool, a step and a grant type, which stand in the body', async () => {
    using at = await serve({ server: 'resource-server' })
    const call = (name: string) =>
      at.get('/mcp', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }),
      })
    await at.add({ where: { tool: 'search' }, what: { status: 500 }, until: { count: 1 } })
    expect((await call('fetch')).status).toBe(200)
    expect((await call('search')).status).toBe(500)
    await at.add({ where: { step: 'tool_call' }, what: { status: 502 } })
    expect((await call('fetch')).status).toBe(502)
    expect((await at.get('/mcp')).status).toBe(200)
  })

  test('and leave the body to whoever handles the request', async () => {
    const handle: Middleware = async (ctx) => {
      const chunks: Buffer[] = []
      for await (const chunk of ctx.req) chunks.push(chunk)
      ctx.body = Buffer.concat(chunks).toString()
    }
    using at = await serve({ handle })
    await at.add({ where: { client_id: 'nobody' }, what: { status: 500 } })
    for (const size of [0, 1, 70_000, 900_000, 1_100_000]) {
      const sent = `a=${'x'.repeat(size)}`
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await at.get('/oauth2/token', { method: 'POST', body: sent, headers })
      expect(await answer.text()).toBe(sent)
      const stream = new Blob([sent]).stream()
      const streamed = { method: 'POST', body: stream, headers, duplex: 'half' } as RequestInit
      expect(await (await at.get('/oauth2/token', streamed)).text()).toBe(sent)
    }
  })

  test('never the console, nor a browser’s preflight unless it is meant', async () => {
    using at = await serve()
    await at.add({ what: { status: 500 } })
    expect((await at.get('/console/api/faults')).status).toBe(200)
    expect((await at.get('/consoles')).status).toBe(500)
    expect((await at.get('/x', { method: 'OPTIONS' })).status).toBe(200)
    await at.add({ where: { method: 'OPTIONS' }, what: { status: 418 } })
    expect((await at.get('/x', { method: 'OPTIONS' })).status).toBe(418)
  })

  test('the nth request, some of them, or every third', async () => {
    using at = await serve()
    await at.add({ where: { path: '/a', nth: 2 }, what: { status: 500 } })
    await at.add({ where: { path: '/b', nth: [1, 3] }, what: { status: 500 } })
    await at.add({ where: { path: '/c', every: 3 }, what: { status: 500 } })
    expect(await statusesOf(at, 4, '/a')).toEqual([200, 500, 200, 200])
    expect(await statusesOf(at, 4, '/b')).toEqual([500, 200, 500, 200])
    expect(await statusesOf(at, 6, '/c')).toEqual([200, 200, 500, 200, 200, 500])
  })

  test('with a probability the same requests for the same seed', async () => {
    using at = await serve()
    const seeded = (seed: number | string) =>
      at.add({ where: { path: `/${seed}`, probability: 0.3, seed }, what: { status: 500 } })
    await seeded(7)
    const first = await statusesOf(at, 100, '/7')
    await at.rules.clear()
    await seeded(7)
    expect(await statusesOf(at, 100, '/7')).toEqual(first)
    await seeded('eight')
    expect(await statusesOf(at, 100, '/eight')).not.toEqual(first)
    const struck = first.filter((status) => status === 500).length
    expect(struck).toBeGreaterThan(15)
    expect(struck).toBeLessThan(45)
  })

  test('with a probability and no seed, by a seed that can be read and given again', async () => {
    using at = await serve()
    const { where } = await at.add({ where: { probability: 0.5 }, what: { status: 500 } })
    const first = await statusesOf(at, 40)
    await at.rules.clear()
    await at.add({ where, what: { status: 500 } })
    expect(await statusesOf(at, 40)).toEqual(first)
  })

  test('until their count is reached', async () => {
    using at = await serve()
    await at.add({ what: { status: 429 }, until: { count: 2 } })
    expect(await statusesOf(at, 3)).toEqual([429, 429, 200])
    expect(at.rules.list()).toEqual([])
  })

  test('until their time is over, by the clock that tests shift', async () => {
    using at = await serve()
    const { id } = await at.add({ what: { status: 429 }, until: { expires_in_seconds: 60 } })
    expect((await at.get('/')).status).toBe(429)
    advanceClock(61_000)
    expect((await at.get('/')).status).toBe(200)
    expect(await at.rules.remove(id)).toBe(false)
  })

  test('together: the first answer wins, waits and changes add up', async () => {
    using at = await serve()
    const first = await at.add({ what: { body: { a: 1 }, delay_ms: 1 } })
    const second = await at.add({ what: { status: 500 } })
    const third = await at.add({ what: { malformed_json: true, headers: { 'X-Odd': 'yes' } } })
    const answer = await at.get('/')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-odd')).toBe('yes')
    expect(await answer.text()).toBe('{,"a":1}')
    expect([first.hits, second.hits, third.hits]).toEqual([1, 0, 1])
    await at.rules.remove(first.id)
    expect((await at.get('/')).status).toBe(500)
  })
})
