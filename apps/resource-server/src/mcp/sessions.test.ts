import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { createLog } from '@neonpanel/process/log'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readEvents } from '../testing/event-stream.ts'
import { initialize, request, toolCall } from '../testing/messages.ts'
import { type RunningServer, startServer } from '../testing/running-server.ts'
import { sampleTools } from '../testing/sample-tools.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from '../testing/tiny-authorization-server.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { createMcpMeasures } from './measures.ts'
import { createRequestStateCodec } from './request-state-codec.ts'
import { createMcpServers } from './server.ts'
import { createSessionIds } from './session-ids.ts'
import { createSessionRegistry } from './session-registry.ts'
import { createSessions } from './sessions.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer
let token: string

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer, { REVOCATION_CHECK_SECONDS: '0' })
  token = await authorizationServer.mint()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

async function beginSession(bearer = token, version = '2025-11-25') {
  const response = await server.request('/mcp', { token: bearer, body: initialize(version) })
  await response.text()
  return { 'Mcp-Session-Id': response.headers.get('Mcp-Session-Id')! }
}

describe('a session belongs to a person and a client', () => {
  it('and goes on with the next token of both', async () => {
    const headers = await beginSession()
    authorizationServer.revoke(token)
    const body = toolCall('list_companies')
    expect((await server.request('/mcp', { token, headers, body })).status).toBe(401)
    token = await authorizationServer.mint({ companies: ['company-2'] })
    const response = await server.request('/mcp', { token, headers, body })
    expect(JSON.parse((await readEvents(response).next())!.data)).toMatchObject({
      result: { structuredContent: { companies: ['company-2'] } },
    })
  })

  it.each([
    ['another person', { sub: 'person-other' }],
    ['another client', { client_id: 'client-b' }],
  ])('and is not found by %s', async (_who, claims) => {
    const headers = await beginSession()
    const other = await authorizationServer.mint(claims)
    for (const method of ['GET', 'POST', 'DELETE']) {
      const body = method === 'POST' ? { body: toolCall('list_companies') } : {}
      const response = await server.request('/mcp', { method, token: other, headers, ...body })
      expect(response.status).toBe(404)
    }
    expect((await server.request('/mcp', { token, headers, body: request('ping') })).status).toBe(
      200,
    )
  })

  it('and asks for scopes like every other way in', async () => {
    const headers = await beginSession()
    const body = toolCall('get_revenue_and_cogs')
    const response = await server.request('/mcp', { token, headers, body })
    expect(response.status).toBe(403)
    expect(response.headers.get('WWW-Authenticate')).toContain('scope="read:revenue read:cogs"')
  })
})

describe('batches', () => {
  const batch = [request('ping', undefined, 'a'), toolCall('list_companies', {}, 'b')]

  it('are answered in sessions of 2025-03-26', async () => {
    const headers = await beginSession(token, '2025-03-26')
    const response = await server.request('/mcp', { token, headers, body: batch })
    const events = readEvents(response)
    const ids = [await events.next(), await events.next()].map((each) => JSON.parse(each!.data).id)
    expect(ids.sort()).toEqual(['a', 'b'])
  })

  it('need the scopes of all their calls together', async () => {
    const headers = await beginSession(token, '2025-03-26')
    const body = [...batch, toolCall('get_revenue_and_cogs', {}, 'c')]
    const response = await server.request('/mcp', { token, headers, body })
    expect(response.status).toBe(403)
    expect(response.headers.get('WWW-Authenticate')).toContain(
      'scope="read:companies read:revenue read:cogs"',
    )
  })

  it.each(['2025-06-18', '2025-11-25'])('are refused in sessions of %s', async (version) => {
    const headers = await beginSession(token, version)
    const response = await server.request('/mcp', { token, headers, body: batch })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: -32600 } })
  })
})

describe('the standalone stream', () => {
  it('ends when its token does, and the session goes on', async () => {
    const ending = await authorizationServer.mint()
    const headers = await beginSession(ending)
    const stream = await server.request('/mcp', { method: 'GET', token: ending, headers })
    authorizationServer.revoke(ending)
    expect(await readEvents(stream).next()).toBeUndefined()
    const body = request('ping')
    expect((await server.request('/mcp', { token, headers, body })).status).toBe(200)
  })
})

describe('the sessions of a process', () => {
  async function keepSessions(limits: Partial<Limits> = {}) {
    const database = await openDatabase('memory:')
    const ids = createSessionIds('A'.repeat(43))
    const sessions = createSessions({
      servers: createMcpServers({
        tools: sampleTools,
        database,
        measures: createMcpMeasures(new Registry()),
        requestState: createRequestStateCodec('A'.repeat(43)),
      }),
      ids,
      registry: createSessionRegistry(database),
      limits: { ...defaultLimits, ...limits },
      node: { address: '127.0.0.1:1', boot: 'boot' },
      log: createLog({ level: 'silent', format: 'json' }),
    })
    return {
      sessions,
      async begin(owner: string) {
        const opened = await sessions.begin(owner, initialize('2025-11-25'))
        if (!opened.ok) throw new Error(opened.reason)
        return opened.session
      },
      refused: async (owner: string) =>
        (await sessions.begin(owner, initialize('2025-11-25'))).ok === false,
      async [Symbol.asyncDispose]() {
        await sessions.close()
        await database.close()
      },
    }
  }

  it('RS-76: end after half an hour without a request', async () => {
    vi.useFakeTimers()
    await using kept = await keepSessions()
    const { id } = await kept.begin('owner')
    await vi.advanceTimersByTimeAsync(30 * 60_000)
    expect(kept.sessions.find(id)).toBeDefined()
    await vi.advanceTimersByTimeAsync(61_000)
    expect(kept.sessions.find(id)).toBeUndefined()
    vi.useRealTimers()
  })

  it('RS-76: are a hundred per owner at most: the one idle longest makes room', async () => {
    await using kept = await keepSessions()
    const other = await kept.begin('other')
    const all = []
    for (let index = 0; index < 101; index += 1) all.push(await kept.begin('owner'))
    const found = all.filter(({ id }) => kept.sessions.find(id))
    expect(found).toHaveLength(100)
    expect(kept.sessions.find(all[0]!.id)).toBeUndefined()
    expect(kept.sessions.find(other.id)).toBeDefined()
  })

  it('RS-76: stay bounded under 10,000 handshakes of one owner and of many', async () => {
    await using kept = await keepSessions({ sessionsPerPrincipal: 10, sessions: 50 })
    for (let count = 0; count < 5_000; count += 1) await kept.begin('owner')
    expect(kept.sessions.count()).toBe(10)
    for (let count = 0; count < 5_000; count += 1) await kept.begin(`owner-${count}`)
    expect(kept.sessions.count()).toBe(50)
  })

  it('are bounded when handshakes come all at once', async () => {
    await using kept = await keepSessions({ sessionsPerPrincipal: 10 })
    await Promise.all(Array.from({ length: 500 }, () => kept.begin('owner')))
    expect(kept.sessions.count()).toBe(10)
  })

  it('RS-76: are refused, and none is cut, when all are in use', async () => {
    await using kept = await keepSessions({ sessionsPerPrincipal: 2, sessions: 3 })
    const inUse = [await kept.begin('owner'), await kept.begin('owner'), await kept.begin('other')]
    const answers = inUse.map((session) => {
      const answer = new EventEmitter()
      session.hold(answer as ServerResponse)
      return answer
    })
    expect(await kept.refused('owner')).toBe(true)
    expect(await kept.refused('third')).toBe(true)
    for (const { id } of inUse) expect(kept.sessions.find(id)).toBeDefined()
    answers[0]!.emit('close')
    expect(await kept.refused('owner')).toBe(false)
    expect(kept.sessions.find(inUse[0]!.id)).toBeUndefined()
  })

  it('RS-76: are found no more when idle for too long, before any sweep', async () => {
    await using kept = await keepSessions()
    const { id } = await kept.begin('owner')
    advanceClock(30 * 60_000 + 1_000)
    expect(kept.sessions.find(id)).toBeUndefined()
    expect(kept.sessions.count()).toBe(0)
    resetClock()
  })
})
