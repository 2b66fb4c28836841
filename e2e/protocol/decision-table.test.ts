import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect, onTestFinished } from 'vitest'
import { parseChallenge } from '../harness/challenge.ts'
import { openEventStream } from '../harness/event-stream.ts'
import {
  initializeMessage,
  mcpRequest,
  modernMessage,
  modernVersion,
  openSession,
  rpc,
  sessionVersions,
} from '../harness/mcp.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { origin } = new URL(stack.mcpUrl)
const owner = bearer((await tokensFor(stack)).access_token)
const analyst = bearer((await tokensFor(stack, { person: 'analyst' })).access_token)

type Headers = Record<string, string>

const allMethods = 'GET, POST, DELETE, OPTIONS'
const eventStream = { accept: 'text/event-stream' }
const unknownSession = { 'mcp-session-id': 'unknown-session-id-0000' }
const list = rpc('tools/list')

const get = (headers: Headers = {}, path = '/mcp') => ask('GET', headers, undefined, path)
const post = (message: unknown, headers: Headers = {}, path = '/mcp') =>
  ask('POST', headers, message, path)
const remove = (headers: Headers = {}) => ask('DELETE', headers)

function ask(method: string, headers: Headers, message?: unknown, path = '/mcp') {
  return mcpRequest(`${origin}${path}`, message, { ...owner, ...headers }, method)
}

/** A GET that is answered by a stream; it is closed when the test ends. */
async function stream(headers: Headers = {}, path = '/mcp') {
  const opened = await openEventStream(`${origin}${path}`, { ...owner, ...headers })
  onTestFinished(opened.close)
  expect([opened.status, opened.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  return opened
}

/** A 2024-11-05 stream and the path of its messages. */
async function legacyStream(headers: Headers = {}, path = '/mcp') {
  const { next } = await stream(headers, path)
  const { event, data } = await next()
  expect([event, data.split('?')[0]]).toEqual(['endpoint', path])
  return { next, endpoint: data }
}

const session = () => openSession(stack.mcpUrl, owner.authorization.slice(7), '2025-11-25')

describe('GET /mcp', () => {
  verifies('RS-44-G1', 'of a session opens its one stream, and nobody else’s', async () => {
    const { headers } = await session()
    const ofSession = { ...headers, ...eventStream }
    expect((await get({ ...headers, accept: 'application/json' })).status).toBe(406)
    await stream(ofSession)
    expect((await get(ofSession)).status).toBe(409)
    expect((await get({ ...ofSession, ...analyst })).status).toBe(404)
    expect((await get({ ...unknownSession, ...eventStream })).status).toBe(404)
  })

  verifies('RS-44-G2', 'that resumes no session is 405', async () => {
    const answer = await get({ ...eventStream, 'last-event-id': '1' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allMethods])
  })

  verifies('RS-44-G3', 'in a revision without GET is 405; older versions stream', async () => {
    for (const version of [modernVersion, '2027-01-01']) {
      const answer = await get({ ...eventStream, 'mcp-protocol-version': version })
      expect([answer.status, answer.headers.get('allow')], version).toEqual([405, allMethods])
    }
    // What the TypeScript client sends when it reconnects.
    await legacyStream({ ...eventStream, 'mcp-protocol-version': '2025-11-25' })
  })

  for (const accept of ['text/event-stream', 'text/*', '*/*', '', 'text/html, */*;q=0.1']) {
    verifies('RS-44-G4', `that accepts “${accept}” opens a 2024-11-05 stream`, async () => {
      await legacyStream({ accept })
    })
  }

  for (const accept of ['text/html', 'application/json', 'text/event-stream;q=0']) {
    verifies('RS-44-G5', `that accepts “${accept}” is 406`, async () => {
      expect((await get({ accept })).status).toBe(406)
    })
  }
})

describe('POST /mcp', () => {
  verifies('RS-44-P1', 'for a stream is answered there, even when it is modern', async () => {
    const { next, endpoint } = await legacyStream()
    const { message, headers } = modernMessage('server/discover')
    const accepted = await post({ ...message, id: 5 }, { ...headers, ...unknownSession }, endpoint)
    expect(accepted.status).toBe(202)
    expect(JSON.parse((await next()).data)).toMatchObject({ id: 5, error: { code: -32_601 } })
    expect((await post(list, analyst, endpoint)).status).toBe(404)
    expect((await post(list, {}, '/mcp?sessionId=unknown')).status).toBe(404)
  })

  verifies('RS-44-P2', 'of a modern message stands for itself, whatever it names', async () => {
    const { message, headers } = modernMessage('tools/list')
    const answer = await post(message, { ...headers, ...unknownSession })
    expect([answer.status, answer.rpc.result?.resultType]).toEqual([200, 'complete'])
    const named = await post(list, { 'mcp-protocol-version': '2027-01-01' })
    // No session is asked for: what is missing is the metadata of a modern request.
    expect([named.status, named.rpc.error?.code]).toEqual([400, -32_602])
  })

  verifies('RS-44-P3', 'in a session is answered by it, and by no other', async () => {
    const { headers } = await session()
    const answer = await post(list, headers)
    expect([answer.status, answer.rpc.result?.tools]).toEqual([200, expect.any(Array)])
    expect((await post(list, { ...headers, ...analyst })).status).toBe(404)
    expect((await post(list, unknownSession)).status).toBe(404)
  })

  verifies('RS-44-P4', 'of initialize begins a session', async () => {
    for (const headers of [{}, { 'mcp-protocol-version': '2025-11-25' }]) {
      const answer = await post(initializeMessage('2025-11-25'), headers)
      expect(answer.rpc.result).toMatchObject({ protocolVersion: '2025-11-25' })
      expect(answer.headers.get('mcp-session-id')).toMatch(/^[\x21-\x7e]+$/)
    }
  })

  verifies('RS-44-P5', 'of anything else is 400 and says what is missing', async () => {
    for (const headers of [{}, { 'mcp-protocol-version': '2025-06-18' }]) {
      const { status, rpc: answer } = await post(list, headers)
      expect([status, answer.error?.message]).toEqual([
        400,
        expect.stringContaining('Mcp-Session-Id'),
      ])
    }
  })
})

describe('DELETE /mcp', () => {
  verifies('RS-44-D1', 'of a session ends it, and nobody else’s', async () => {
    const { headers } = await session()
    expect((await remove({ ...headers, ...analyst })).status).toBe(404)
    expect((await post(list, headers)).status).toBe(200)
    expect([200, 204]).toContain((await remove(headers)).status)
    expect((await remove(headers)).status).toBe(404)
    expect((await remove(unknownSession)).status).toBe(404)
  })

  verifies('RS-44-D2', 'without a session is 405', async () => {
    const answer = await remove()
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allMethods])
  })
})

for (const alias of ['/sse', '/sse/']) {
  describe(`the alias ${alias}`, () => {
    verifies('RS-44-A1', 'GET opens a stream whose endpoint is the same path', async () => {
      await legacyStream({}, alias)
      await legacyStream({ ...unknownSession, 'last-event-id': '1' }, alias)
      expect((await get({ accept: 'text/html' }, alias)).status).toBe(406)
    })

    verifies('RS-44-A2', 'POST with sessionId is accepted for that stream', async () => {
      const { next, endpoint } = await legacyStream({}, alias)
      const accepted = await post(initializeMessage('2024-11-05', 3), unknownSession, endpoint)
      expect(accepted.status).toBe(202)
      expect(JSON.parse((await next()).data)).toMatchObject({ id: 3, result: expect.anything() })
      expect((await post(list, analyst, endpoint)).status).toBe(404)
    })

    verifies('RS-44-A3', 'POST without sessionId is 405, so that clients fall back', async () => {
      const { headers: modern, message } = modernMessage('server/discover')
      for (const answer of [
        await post(initializeMessage('2025-11-25'), {}, alias),
        await post(message, modern, alias),
      ]) {
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, OPTIONS'])
        expect(answer.headers.get('mcp-session-id')).toBeNull()
      }
    })
  })
}

describe('/mcp/', () => {
  verifies('RS-44-A4', 'is answered as /mcp is, in every era and without a redirect', async () => {
    await legacyStream({}, '/mcp/')
    const opened = await post(initializeMessage('2025-11-25'), {}, '/mcp/')
    const named = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
    expect((await post(list, named, '/mcp/')).status).toBe(200)
    const { message, headers } = modernMessage('tools/list')
    expect((await post(message, headers, '/mcp/')).status).toBe(200)
    expect((await mcpRequest(`${origin}/mcp/`, list)).status).toBe(401)
  })
})

describe('what the table rests on', () => {
  verifies('RS-44-I1', 'every initialize is answered with a session id', async () => {
    for (const version of [...sessionVersions, '2024-11-05', '1.0', modernVersion]) {
      const { status, headers } = await post(initializeMessage(version))
      expect(status, version).toBe(200)
      expect(headers.get('mcp-session-id'), version).toMatch(/^[\x21-\x7e]{16,}$/)
    }
  })

  verifies('RS-44-I2', 'a 2024-11-05 stream carries no event id', async () => {
    const opened = await stream()
    const first = await opened.next()
    expect(first.id).toBeUndefined()
    for (const id of [1, 2]) {
      await post(rpc('ping', {}, id), {}, first.data)
      const event = await opened.next()
      expect([event.event, event.id]).toEqual(['message', undefined])
    }
  })
})

describe('the order of judgement', () => {
  const evil = { origin: 'https://evil.example' }
  const large = 'x'.repeat(1_100_000)
  const json = { 'content-type': 'application/json', accept: '*/*' }
  const send = async (method: string, headers: Headers, body = '') => {
    const { status } = await rawRequest(stack.mcpUrl, { method, headers, body })
    return status
  }
  const cogs = rpc('tools/call', { name: 'get_item_cogs', arguments: { item_id: 'x' } })

  verifies('RS-44-order', 'is host, origin, preflight, size, token', async () => {
    expect(await send('POST', { host: 'evil.example', ...evil, ...json }, large)).toBe(421)
    expect(await send('POST', { ...evil, ...json }, large)).toBe(403)
    expect(await send('OPTIONS', { ...evil })).toBe(403)
    expect(await send('OPTIONS', { origin })).toBe(204)
    expect(await send('POST', json, large)).toBe(413)
    expect(await send('POST', { ...json, ...unknownSession }, 'no JSON')).toBe(401)
    expect(await send('GET', { accept: 'text/html' })).toBe(401)
  })

  verifies('RS-44-order', 'and then era, principal, scopes', async () => {
    const { headers } = await session()
    expect((await post(cogs)).status).toBe(400)
    expect((await post(cogs, { ...headers, ...analyst })).status).toBe(404)
    const refused = await post(cogs, headers)
    expect(refused.status).toBe(403)
    expect(parseChallenge(refused.headers).parameters.scope).toBe('read:cogs')
    const { endpoint } = await legacyStream()
    expect((await post(cogs, analyst, endpoint)).status).toBe(404)
    expect((await post(cogs, {}, endpoint)).status).toBe(403)
  })
})
