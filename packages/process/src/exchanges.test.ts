import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { describe, expect, test, vi } from 'vitest'
import { redactBody, redactHeaders, redactUrl } from './exchange-redaction.ts'
import { createExchangeRecorder, recordExchanges } from './exchanges.ts'

/** A server that reads the body late and echoes it as JSON with a token beside it; at `/drop` it hangs up. */
async function serve() {
  const exchanges = createExchangeRecorder()
  const app = new Koa()
  app.use(recordExchanges(exchanges, 'authorization-server'))
  app.use(async (ctx) => {
    if (ctx.path === '/drop') {
      ctx.respond = false
      ctx.req.socket.destroy()
      return
    }
    ctx.state.correlationId = 'c-1'
    await new Promise((resolve) => setImmediate(resolve))
    let text = ''
    for await (const chunk of ctx.req) text += chunk
    ctx.body = { echoed: text.length, access_token: 'abcdef' }
  })
  const http = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    exchanges,
    post: async (
      path: string,
      body: string | URLSearchParams,
      headers: Record<string, string> = {},
    ) => {
      const answer = await fetch(origin + path, { method: 'POST', body, headers })
      await answer.text()
      return answer
    },
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** The answer may arrive before the server has noticed that it was sent. */
const recorded = (at: Awaited<ReturnType<typeof serve>>, count: number) =>
  vi.waitFor(() => expect(at.exchanges.list()).toHaveLength(count))

describe('recorded exchanges', () => {
  test('show a request and its answer without a secret, and leave both as they are', async () => {
    await using at = await serve()
    const form = new URLSearchParams({ code: 'secret-code', redirect_uri: 'https://a.test/cb' })
    const answer = await at.post('/oauth2/token?token=t0', form, { Authorization: 'Basic YWJj' })
    expect(answer.status).toBe(200)
    await recorded(at, 1)
    const [exchange] = at.exchanges.list()
    expect(exchange).toMatchObject({
      server: 'authorization-server',
      correlationId: 'c-1',
      method: 'POST',
      url: '/oauth2/token?token=[token, 2 chars]',
      status: 200,
      request: { body: 'code=[code, 11 chars]&redirect_uri=https%3A%2F%2Fa.test%2Fcb' },
      response: { body: { echoed: 55, access_token: '[access token, 6 chars]' } },
    })
    expect(exchange?.request.headers.authorization).toBe('Basic [credentials, 4 chars]')
    expect(JSON.stringify(exchange)).not.toMatch(/secret-code|YWJj|abcdef/)
  })

  test('include a dropped connection, without a status', async () => {
    await using at = await serve()
    await at.post('/a', 'x')
    await expect(at.post('/drop', 'x')).rejects.toThrow('fetch failed')
    await recorded(at, 2)
    expect(at.exchanges.list().map(({ status }) => status)).toEqual([200, undefined])
  })

  test('leave the console out, where the admin token travels', async () => {
    await using at = await serve()
    await at.post('/console/api/clock', '{}')
    await at.post('/consoles', '{}')
    await recorded(at, 1)
    expect(at.exchanges.list()[0]?.url).toBe('/consoles')
  })

  test('are bounded in number', () => {
    const recorder = createExchangeRecorder(2)
    for (const url of ['/1', '/2', '/3']) recorder.add(() => ({ url }) as never)
    expect(recorder.list().map(({ url }) => url)).toEqual(['/2', '/3'])
  })
})

describe('redaction', () => {
  test.each([
    ['/cb?code=abc&state=xyz', '/cb?code=[code, 3 chars]&state=xyz'],
    [
      'https://a.test/cb#access_token=abc',
      'https://a.test/cb#access_token=[access token, 3 chars]',
    ],
    ['/x?user%5Fcode=a%20b', '/x?user%5Fcode=[user code, 3 chars]'],
    ['/x?%E0%A4=1&code=%E0', '/x?%E0%A4=1&code=[code, 3 chars]'],
    ['/plain', '/plain'],
  ])('of %s', (url, recorded) => {
    expect(redactUrl(url)).toBe(recorded)
  })

  test('keeps the names and attributes of cookies', () => {
    expect(
      redactHeaders({ cookie: 'a=1; b=22', 'set-cookie': ['s=abc; Path=/; HttpOnly'] }),
    ).toEqual({
      cookie: 'a=[cookie, 1 chars]; b=[cookie, 2 chars]',
      'set-cookie': ['s=[cookie, 3 chars]; Path=/; HttpOnly'],
    })
  })

  test('keeps of other bodies their type and length', () => {
    const page = Buffer.from('<input value="abc">')
    expect(redactBody('text/html; charset=utf-8', page, page.length)).toBe('[text/html, 19 bytes]')
    expect(redactBody('application/json', Buffer.from('{'), 1)).toBe('[application/json, 1 bytes]')
    expect(redactBody('application/json', Buffer.alloc(0), 70_000)).toBe(
      '[application/json, 70000 bytes]',
    )
  })

  test('hides nested texts and keeps the numbers of JSON-RPC errors', () => {
    const body = Buffer.from('{"error":{"code":-32600},"list":[{"client_secret":"abc"}]}')
    expect(redactBody('application/json', body, body.length)).toEqual({
      error: { code: -32600 },
      list: [{ client_secret: '[client secret, 3 chars]' }],
    })
  })
})
