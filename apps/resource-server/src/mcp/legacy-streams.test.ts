import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEvents } from '../testing/event-stream.ts'
import { initialize, request, toolCall } from '../testing/messages.ts'
import { type RunningServer, startServer } from '../testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from '../testing/tiny-authorization-server.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer
let token: string

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer, { REVOCATION_CHECK_SECONDS: '1' })
  token = await authorizationServer.mint()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

async function openStream(bearer = token) {
  const gone = new AbortController()
  const options = { method: 'GET', token: bearer, signal: gone.signal }
  const response = await server.request('/mcp', options)
  const events = readEvents(response)
  const endpoint = (await events.next())!.data
  return { response, events, endpoint, close: () => gone.abort() }
}

const post = (endpoint: string, body: unknown, bearer = token) =>
  server.request(endpoint, { token: bearer, body })

describe('HTTP+SSE of 2024-11-05', () => {
  it('streams so that proxies neither keep nor change it', async () => {
    const { response, close } = await openStream()
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    expect(response.headers.get('Cache-Control')).toBe('no-cache, no-transform')
    expect(response.headers.get('X-Accel-Buffering')).toBe('no')
    close()
  })

  it('answers on the stream, in message events without an id', async () => {
    const { events, endpoint, close } = await openStream()
    await post(endpoint, initialize('2024-11-05'))
    const handshake = (await events.next())!
    expect([handshake.event, handshake.id]).toEqual(['message', undefined])
    await post(endpoint, { jsonrpc: '2.0', method: 'notifications/initialized' })
    await post(endpoint, toolCall('search', { query: 'mug' }, 'x'))
    expect(JSON.parse((await events.next())!.data)).toMatchObject({
      id: 'x',
      result: { structuredContent: { results: ['mug'] } },
    })
    close()
  })

  it('does not insist on initialize: clients reconnect in the middle', async () => {
    const { events, endpoint, close } = await openStream()
    await post(endpoint, request('tools/list', {}, 7))
    expect(JSON.parse((await events.next())!.data)).toMatchObject({ id: 7 })
    close()
  })

  it('asks for scopes before anything runs', async () => {
    const { endpoint, close } = await openStream()
    const response = await post(endpoint, toolCall('get_revenue_and_cogs'))
    expect(response.status).toBe(403)
    expect(response.headers.get('WWW-Authenticate')).toContain('scope="read:revenue read:cogs"')
    close()
  })

  it.each([
    ['another person', { sub: 'person-other' }],
    ['another client', { client_id: 'client-b' }],
  ])('is not found by %s', async (_who, claims) => {
    const { endpoint, close } = await openStream()
    const other = await authorizationServer.mint(claims)
    expect((await post(endpoint, request('ping'), other)).status).toBe(404)
    close()
  })

  it('needs a token for every message: the session id is none', async () => {
    const { endpoint, close } = await openStream()
    expect((await server.request(endpoint, { body: request('ping') })).status).toBe(401)
    close()
  })

  it('takes one message at a time', async () => {
    const { endpoint, close } = await openStream()
    for (const body of [[request('ping')], {}, 'text', { jsonrpc: '2.0' }]) {
      expect((await post(endpoint, JSON.stringify(body))).status).toBe(400)
    }
    close()
  })

  it('forgets a stream that was left', async () => {
    const { endpoint, close } = await openStream()
    close()
    await expect
      .poll(async () => (await post(endpoint, request('ping'))).status, { timeout: 5_000 })
      .toBe(404)
  })

  it('ends when its token is revoked', async () => {
    const ending = await authorizationServer.mint()
    const { events } = await openStream(ending)
    authorizationServer.revoke(ending)
    expect(await events.next()).toBeUndefined()
  })

  it('ends when its token expires', async () => {
    const ending = await authorizationServer.mint({ exp: Math.floor(Date.now() / 1000) + 60 })
    const { events } = await openStream(ending)
    advanceClock(61_000)
    expect(await events.next()).toBeUndefined()
    resetClock()
  })

  it('stays while the authorization server is away', async () => {
    const { events, endpoint, close } = await openStream()
    authorizationServer.fail(true)
    expect((await post(endpoint, request('ping'), await authorizationServer.mint())).status).toBe(
      503,
    )
    authorizationServer.fail(false)
    await post(endpoint, request('ping', undefined, 'still here'))
    expect(JSON.parse((await events.next())!.data)).toMatchObject({ id: 'still here' })
    close()
  })

  it('RS-39: is limited per person and client', async () => {
    const many = await authorizationServer.mint({ sub: 'person-many' })
    const streams = []
    for (let count = 0; count < 100; count += 1) streams.push(await openStream(many))
    const response = await server.request('/mcp', { method: 'GET', token: many })
    expect(response.status).toBe(429)
    expect(response.headers.get('Retry-After')).toBe('30')
    expect((await openStream()).response.status).toBe(200)
    for (const { close } of streams) close()
  })
})
