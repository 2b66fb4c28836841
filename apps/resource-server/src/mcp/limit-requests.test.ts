import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readEvents } from '../testing/event-stream.ts'
import { initialize, modern, modernToolCall, request } from '../testing/messages.ts'
import { type RunningServer, startServer } from '../testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from '../testing/tiny-authorization-server.ts'

const limits = { messages: 12, windowSeconds: 600, openStreams: 3 }

let authorizationServer: TinyAuthorizationServer
let server: RunningServer
/** Of a person that nobody has seen before. */
let token: string
let person: string

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer, {}, { limits })
})

beforeEach(async () => {
  person = crypto.randomUUID()
  token = await authorizationServer.mint({ sub: person })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

const call = (bearer = token) =>
  server.request('/mcp', { token: bearer, ...modernToolCall('list_companies') })

async function callUntilRefused(bearer = token): Promise<{ served: number; refusal: Response }> {
  for (let served = 0; ; served += 1) {
    const response = await call(bearer)
    if (response.status !== 200) return { served, refusal: response }
    await response.text()
  }
}

async function refusals(limit: string): Promise<number> {
  const metrics = await (await server.request('/metrics', { method: 'GET' })).text()
  const line = new RegExp(`mcp_limit_refusals_total\\{limit="${limit}".*\\} (\\d+)`)
  return Number(line.exec(metrics)?.[1] ?? 0)
}

describe('messages', () => {
  it('RS-40: beyond the limit are 429 with Retry-After, a JSON-RPC error and a count', async () => {
    const before = await refusals('messages')
    const { served, refusal } = await callUntilRefused()
    expect(served).toBe(12)
    expect(refusal.status).toBe(429)
    expect(Number(refusal.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(Number(refusal.headers.get('Retry-After'))).toBeLessThanOrEqual(600)
    expect(await refusal.json()).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32000, data: { retryAfter: expect.any(Number) } },
    })
    expect(await refusals('messages')).toBe(before + 1)
  })

  it('RS-40: of a person and a client count together whatever the token, and of others not', async () => {
    await callUntilRefused()
    const refreshed = await authorizationServer.mint({ sub: person })
    expect((await call(refreshed)).status).toBe(429)
    const otherClient = await authorizationServer.mint({ sub: person, client_id: 'client-b' })
    expect((await call(otherClient)).status).toBe(200)
    const otherPerson = await authorizationServer.mint({ sub: `${person}-other` })
    expect((await call(otherPerson)).status).toBe(200)
  })

  it('RS-40: of a batch count one by one, in sessions as well', async () => {
    const opened = await server.request('/mcp', { token, body: initialize('2025-03-26') })
    await opened.text()
    const headers = { 'Mcp-Session-Id': opened.headers.get('Mcp-Session-Id')! }
    const batch = Array.from({ length: 12 }, (_, id) => request('ping', undefined, id))
    expect((await server.request('/mcp', { token, headers, body: batch })).status).toBe(429)
  })

  it('without a valid token are 401 and count for nobody', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      expect((await call('not-a-token')).status).toBe(401)
    }
    expect((await call()).status).toBe(200)
  })
})

describe('open streams', () => {
  it('RS-39: are limited in all kinds together, and a closed one makes room', async () => {
    const gone: AbortController[] = []
    const open = async (options: object) => {
      const abort = new AbortController()
      gone.push(abort)
      const { signal } = abort
      const response = await server.request('/mcp', { token, signal, ...options })
      if (response.status === 200) await readEvents(response).next()
      return response.status
    }
    const legacy = { method: 'GET' }
    const listen = modern('subscriptions/listen', {
      notifications: { resourceSubscriptions: ['neonpanel://company/company-1'] },
    })
    expect([await open(legacy), await open(legacy), await open(listen)]).toEqual([200, 200, 200])
    expect(await open(legacy)).toBe(429)
    expect(await open(listen)).toBe(429)
    expect(await refusals('open_streams')).toBeGreaterThanOrEqual(2)
    gone[0]!.abort()
    await expect.poll(() => open(legacy), { timeout: 5_000, interval: 500 }).toBe(200)
    for (const abort of gone) abort.abort()
  })
})
