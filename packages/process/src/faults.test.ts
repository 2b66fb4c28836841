import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterEach, describe, expect, test } from 'vitest'
import { advanceClock, resetClock } from './clock.ts'
import { createFaultRules, type FaultServer, faultSchema, injectFaults } from './faults.ts'

const rule = (definition: unknown) => faultSchema.parse(definition)

/** A server that answers 200 `fine` to everything, with the faults in front of it. */
async function serve(server: FaultServer = 'authorization-server') {
  const rules = createFaultRules()
  const app = new Koa()
  app.use(injectFaults(rules, server)).use((ctx) => {
    ctx.body = 'fine'
  })
  const http = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    rules,
    get: (path: string, init: RequestInit = {}) => fetch(origin + path, init),
    [Symbol.dispose]: () => {
      http.close()
      http.closeAllConnections()
    },
  }
}

describe('faults', () => {
  afterEach(resetClock)

  test('answer in place of the server, with status, headers and body', async () => {
    using at = await serve()
    at.rules.add(
      rule({
        where: { path: '/oauth2/token', method: 'post' },
        what: { status: 503, headers: { 'Retry-After': '5' }, body: { error: 'busy' } },
      }),
    )
    const struck = await at.get('/oauth2/token', { method: 'POST' })
    expect(struck.status).toBe(503)
    expect(struck.headers.get('retry-after')).toBe('5')
    expect(await struck.json()).toEqual({ error: 'busy' })
  })

  test('leave other paths, methods and servers alone', async () => {
    using at = await serve('resource-server')
    at.rules.add(rule({ where: { path: '/a' }, what: { status: 500 } }))
    at.rules.add(rule({ where: { path: '/b', method: 'DELETE' }, what: { status: 500 } }))
    at.rules.add(rule({ where: { server: 'authorization-server' }, what: { status: 500 } }))
    expect((await at.get('/a/b')).status).toBe(200)
    expect((await at.get('/b')).status).toBe(200)
    expect(at.rules.list().map(({ hits }) => hits)).toEqual([0, 0, 0])
  })

  test('never strike the console, which turns them off', async () => {
    using at = await serve()
    at.rules.add(rule({ what: { status: 500 } }))
    expect((await at.get('/console/api/faults')).status).toBe(200)
    expect((await at.get('/consoles')).status).toBe(500)
  })

  test('are gone after their count', async () => {
    using at = await serve()
    at.rules.add(rule({ what: { status: 429 }, until: { count: 2 } }))
    const statuses = [await at.get('/'), await at.get('/'), await at.get('/')].map((a) => a.status)
    expect(statuses).toEqual([429, 429, 200])
    expect(at.rules.list()).toEqual([])
  })

  test('are gone after their time', async () => {
    using at = await serve()
    const { id } = at.rules.add(rule({ what: { status: 429 }, until: { expires_in_seconds: 60 } }))
    expect((await at.get('/')).status).toBe(429)
    advanceClock(61_000)
    expect((await at.get('/')).status).toBe(200)
    expect(at.rules.remove(id)).toBe(false)
  })

  test('drop the connection', async () => {
    using at = await serve()
    at.rules.add(rule({ where: { path: '/mcp*' }, what: { drop_connection: true } }))
    await expect(at.get('/mcp/x')).rejects.toThrow('fetch failed')
    expect((await at.get('/')).status).toBe(200)
  })

  test('add headers to the real answer, and delay it', async () => {
    using at = await serve()
    at.rules.add(rule({ what: { headers: { 'X-Odd': 'yes' }, delay_ms: 1 } }))
    const answer = await at.get('/')
    expect(answer.headers.get('x-odd')).toBe('yes')
    expect(await answer.text()).toBe('fine')
  })

  test.each([
    ['nothing to do', { what: {} }],
    ['an unknown member', { what: { status: 500, colour: 'red' } }],
    ['a status that is none', { what: { status: 99 } }],
    ['a header that splits the answer', { what: { headers: { a: 'b\r\nc: d' } } }],
    ['a relative path', { where: { path: 'mcp' }, what: { status: 500 } }],
    ['a server of no name', { where: { server: 'database' }, what: { status: 500 } }],
    ['a count of zero', { what: { status: 500 }, until: { count: 0 } }],
  ])('refuse %s', (_, definition) => {
    expect(faultSchema.safeParse(definition).success).toBe(false)
  })
})
