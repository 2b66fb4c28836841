import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Database } from '@neonpanel/database/open'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccessToken } from '../access-token.ts'
import { readEvents } from '../testing/event-stream.ts'
import { initialize, request, toolCall } from '../testing/messages.ts'
import { emptyDatabase, type RunningServer, startServer } from '../testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from '../testing/tiny-authorization-server.ts'
import { handshakeOf } from './handshake.ts'
import { ownerOf } from './principal.ts'
import { createSessionIds } from './session-ids.ts'
import { siblingAddress } from './sibling.ts'

let authorizationServer: TinyAuthorizationServer
let token: string
let database: Database

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  token = await authorizationServer.mint()
  database = await emptyDatabase()
})

afterAll(async () => {
  await database.close()
  await authorizationServer[Symbol.asyncDispose]()
})

async function beginSession(server: RunningServer) {
  const response = await server.request('/mcp', { token, body: initialize('2025-06-18') })
  await response.text()
  return { 'Mcp-Session-Id': response.headers.get('Mcp-Session-Id')! }
}

const listCompanies = toolCall('list_companies')

describe('two processes behind one address', () => {
  it('both answer in a session of one of them, until either ends it', async () => {
    await using first = await startServer(authorizationServer, {}, { database })
    await using second = await startServer(authorizationServer, {}, { database })
    const headers = await beginSession(first)
    const response = await second.request('/mcp', { token, headers, body: listCompanies })
    expect(response.status).toBe(200)
    expect(response.headers.get('Mcp-Session-Id')).toBe(headers['Mcp-Session-Id'])
    expect(JSON.parse((await readEvents(response).next())!.data)).toMatchObject({ result: {} })
    expect((await second.request('/mcp', { method: 'DELETE', token, headers })).status).toBe(200)
    for (const server of [first, second]) {
      expect((await server.request('/mcp', { token, headers, body: listCompanies })).status).toBe(
        404,
      )
    }
  })

  it('both take messages for a 2024-11-05 stream of one of them', async () => {
    await using first = await startServer(authorizationServer, {}, { database })
    await using second = await startServer(authorizationServer, {}, { database })
    const events = readEvents(await first.request('/mcp', { method: 'GET', token }))
    const endpoint = (await events.next())!.data
    const response = await second.request(endpoint, { token, body: listCompanies })
    expect([response.status, await response.text()]).toEqual([202, 'Accepted'])
    expect(JSON.parse((await events.next())!.data)).toMatchObject({ id: 1, result: {} })
  })

  it('both ask for scopes and tell strangers nothing', async () => {
    await using first = await startServer(authorizationServer, {}, { database })
    await using second = await startServer(authorizationServer, {}, { database })
    const headers = await beginSession(first)
    const body = toolCall('get_revenue_and_cogs')
    const narrow = await second.request('/mcp', { token, headers, body })
    expect(narrow.status).toBe(403)
    expect(narrow.headers.get('WWW-Authenticate')).toContain('scope="read:revenue read:cogs"')
    const stranger = await authorizationServer.mint({ sub: 'person-other' })
    expect((await second.request('/mcp', { token: stranger, headers, body })).status).toBe(404)
  })

  it('carry a stream through, and end it where it ends', async () => {
    await using first = await startServer(
      authorizationServer,
      { REVOCATION_CHECK_SECONDS: '0' },
      { database },
    )
    await using second = await startServer(authorizationServer, {}, { database })
    const ending = await authorizationServer.mint()
    const headers = await beginSession(first)
    const stream = await second.request('/mcp', { method: 'GET', token: ending, headers })
    expect(stream.status).toBe(200)
    authorizationServer.revoke(ending)
    expect(await readEvents(stream).next()).toBeUndefined()
  })
})

describe('when the process of a session is gone', () => {
  it('another takes the session over, as it was', async () => {
    const first = await startServer(authorizationServer, {}, { database })
    const headers = await beginSession(first)
    await first[Symbol.asyncDispose]()
    await using second = await startServer(authorizationServer, {}, { database })
    const calls = await Promise.all(
      [1, 2, 3].map((id) =>
        second.request('/mcp', { token, headers, body: toolCall('list_companies', {}, id) }),
      ),
    )
    for (const response of calls) {
      expect(JSON.parse((await readEvents(response).next())!.data)).toMatchObject({ result: {} })
    }
    const batch = await second.request('/mcp', { token, headers, body: [request('ping')] })
    expect(batch.status).toBe(400)
    expect((await second.request('/mcp', { method: 'DELETE', token, headers })).status).toBe(200)
    const after = await second.request('/mcp', { token, headers, body: listCompanies })
    expect(after.status).toBe(404)
  })

  it('a 2024-11-05 stream is gone with it', async () => {
    const first = await startServer(authorizationServer, {}, { database })
    const events = readEvents(await first.request('/mcp', { method: 'GET', token }))
    const endpoint = (await events.next())!.data
    await first[Symbol.asyncDispose]()
    expect(await events.next()).toBeUndefined()
    await using second = await startServer(authorizationServer, {}, { database })
    expect((await second.request(endpoint, { token, body: listCompanies })).status).toBe(404)
  })

  it('a request that was passed on already is not passed on again', async () => {
    const first = await startServer(authorizationServer, {}, { database })
    const headers = { ...(await beginSession(first)), Via: '1.1 neonpanel-mcp' }
    await first[Symbol.asyncDispose]()
    await using second = await startServer(authorizationServer, {}, { database })
    const response = await second.request('/mcp', { token, headers, body: listCompanies })
    expect(response.status).toBe(421)
  })

  it('the process that takes it over holds it for all others, and nobody else does', async () => {
    const first = await startServer(authorizationServer, {}, { database })
    const headers = await beginSession(first)
    await first[Symbol.asyncDispose]()
    await using second = await startServer(authorizationServer, {}, { database })
    await using third = await startServer(authorizationServer, {}, { database })
    const servers = [second, third]
    const calls = await Promise.all(
      [...servers, ...servers].map((server, id) =>
        server.request('/mcp', { token, headers, body: toolCall('list_companies', {}, id) }),
      ),
    )
    for (const response of calls) {
      expect(JSON.parse((await readEvents(response).next())!.data)).toMatchObject({ result: {} })
    }
    const open = await Promise.all(servers.map((server) => openSessions(server)))
    expect(open.sort()).toEqual([0, 1])
    expect((await third.request('/mcp', { method: 'DELETE', token, headers })).status).toBe(200)
    await using fourth = await startServer(authorizationServer, {}, { database })
    for (const server of [second, third, fourth]) {
      const after = await server.request('/mcp', { token, headers, body: listCompanies })
      expect(after.status).toBe(404)
    }
  })

  it('a session that its client ended stays ended', async () => {
    const first = await startServer(authorizationServer, {}, { database })
    const headers = await beginSession(first)
    expect((await first.request('/mcp', { method: 'DELETE', token, headers })).status).toBe(200)
    await first[Symbol.asyncDispose]()
    await using second = await startServer(authorizationServer, {}, { database })
    const after = await second.request('/mcp', { token, headers, body: listCompanies })
    expect(after.status).toBe(404)
  })
})

async function openSessions(server: RunningServer): Promise<number> {
  const metrics = await (await server.request('/metrics', { method: 'GET' })).text()
  return Number(/mcp_open\{kind="sessions".*\} (\d+)/.exec(metrics)?.[1])
}

describe('a process that is said to hold a session', () => {
  /** Something at an address that a session id names, and what it does with requests. */
  async function startHolder(handler: RequestListener) {
    const holder = createServer(handler)
    holder.listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    const id = createSessionIds('A'.repeat(43)).mint({
      transport: 'streamable',
      owner: ownerOf({ personId: 'person-owner', clientId: 'client-a' } as AccessToken),
      handshake: handshakeOf(initialize('2025-11-25')),
      node: `127.0.0.1:${port}`,
      boot: crypto.randomUUID(),
      issuedAtMs: Date.now(),
    })
    const close = () => {
      holder.closeAllConnections()
      holder.close()
    }
    return { headers: { 'Mcp-Session-Id': id }, [Symbol.dispose]: close }
  }

  it('and breaks off before it answers: 502, since nobody knows what was done', async () => {
    using holder = await startHolder((request) => request.socket.destroy())
    await using server = await startServer(authorizationServer, {}, { database })
    const { headers } = holder
    const response = await server.request('/mcp', { token, headers, body: listCompanies })
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } })
  })

  it('and breaks off in mid-answer: the answer breaks off here too', async () => {
    using holder = await startHolder((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write(': begun\n\n', () => response.destroy())
    })
    await using server = await startServer(authorizationServer, {}, { database })
    const { headers } = holder
    const response = await server.request('/mcp', { token, headers, body: listCompanies })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('and does not: the session is taken over', async () => {
    using holder = await startHolder((_request, response) => response.writeHead(421).end())
    await using server = await startServer(authorizationServer, {}, { database })
    const { headers } = holder
    const response = await server.request('/mcp', { token, headers, body: listCompanies })
    expect(JSON.parse((await readEvents(response).next())!.data)).toMatchObject({ result: {} })
    expect(await openSessions(server)).toBe(1)
  })
})

describe('the address for siblings', () => {
  it('is the listening address, or the first outside one when that is every address', () => {
    expect(siblingAddress('127.0.0.1', 4401)).toBe('127.0.0.1:4401')
    expect(siblingAddress('::1', 4401)).toBe('[::1]:4401')
    expect(siblingAddress('0.0.0.0', 4401)).toMatch(/^\d+\.\d+\.\d+\.\d+:4401$/)
    expect(siblingAddress('0.0.0.0', 4401)).not.toContain('0.0.0.0')
  })
})
