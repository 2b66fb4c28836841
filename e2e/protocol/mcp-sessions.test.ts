import { describe, expect } from 'vitest'
import { openEventStream } from '../harness/event-stream.ts'
import { tokensFor } from '../harness/grant.ts'
import { bearer, send } from '../harness/http.ts'
import {
  initializeMessage,
  mcpRequest,
  modernVersion,
  openSession,
  rpc,
  sessionVersions,
} from '../harness/mcp.ts'
import { claude } from '../harness/oauth-client.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const owner = await tokensFor(stack)
const analyst = await tokensFor(stack, { person: 'analyst' })
const url = stack.mcpUrl

const status = async (method: string, headers: Record<string, string>, message?: unknown) =>
  (await mcpRequest(url, message, { ...bearer(owner.access_token), ...headers }, method)).status

describe('revisions with sessions', () => {
  for (const version of sessionVersions) {
    verifies(
      ['contract-5-streamable', 'RS-73', 'RS-74', 'contract-1.2-mcp'],
      `${version} is negotiated as asked, with a session, tools, and an end`,
      async () => {
        const { opened, sessionId, request } = await openSession(url, owner.access_token, version)
        expect(opened.status).toBe(200)
        expect(opened.rpc.result).toMatchObject({ protocolVersion: version })
        expect(sessionId).toMatch(/^[\x21-\x7e]{16,}$/)
        const tools = await request(rpc('tools/list'))
        expect(tools.rpc.result?.tools).toHaveLength(12)
        const called = await request(
          rpc('tools/call', { name: 'list_companies', arguments: {} }, 2),
        )
        expect(called.rpc.result).toMatchObject({ structuredContent: expect.any(Object) })
        const ended = await request(undefined, {}, 'DELETE')
        expect([200, 204]).toContain(ended.status)
        expect((await request(rpc('tools/list'))).status).toBe(404)
      },
    )
  }

  verifies('RS-73', 'an unknown version is answered with the newest of these', async () => {
    const { opened } = await openSession(url, owner.access_token, '1.0')
    expect(opened.rpc.result).toMatchObject({ protocolVersion: '2025-11-25' })
  })

  verifies(['RS-44', 'RS-74'], 'P5: a request without a session is 400', async () => {
    expect(await status('POST', {}, rpc('tools/list'))).toBe(400)
    expect(await status('POST', { 'mcp-protocol-version': '2025-11-25' }, rpc('tools/list'))).toBe(
      400,
    )
  })

  verifies(['RS-44', 'RS-74'], 'P3, G1, D1: an unknown session is 404', async () => {
    const unknown = { 'mcp-session-id': 'unknown-session-id-0000' }
    expect(await status('POST', unknown, rpc('tools/list'))).toBe(404)
    expect(await status('GET', { ...unknown, accept: 'text/event-stream' })).toBe(404)
    expect(await status('DELETE', unknown)).toBe(404)
  })

  verifies(
    ['RS-46', 'RS-44'],
    'P3, G1, D1: another person’s session is 404, and goes on',
    async () => {
      const session = await openSession(url, owner.access_token, '2025-11-25')
      const asAnalyst = bearer(analyst.access_token)
      expect((await session.request(rpc('tools/list'), asAnalyst)).status).toBe(404)
      expect(
        (await session.request(undefined, { ...asAnalyst, accept: 'text/event-stream' }, 'GET'))
          .status,
      ).toBe(404)
      expect((await session.request(undefined, asAnalyst, 'DELETE')).status).toBe(404)
      expect((await session.request(rpc('tools/list'))).status).toBe(200)
    },
  )

  verifies('RS-46', 'the same person’s session belongs to the client that opened it', async () => {
    const session = await openSession(url, owner.access_token, '2025-11-25')
    const other = await tokensFor(stack, { client: claude })
    expect((await session.request(rpc('tools/list'), bearer(other.access_token))).status).toBe(404)
  })

  verifies(
    'RS-44',
    'G1: a session has one stream; a second is 409, and one that takes no stream 406',
    async () => {
      const session = await openSession(url, owner.access_token, '2025-11-25')
      const headers = { ...session.headers, ...bearer(owner.access_token) }
      const stream = await openEventStream(url, headers)
      expect(stream.status).toBe(200)
      expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
      expect(await status('GET', { ...session.headers, accept: 'text/event-stream' })).toBe(409)
      expect(await status('GET', { ...session.headers, accept: 'application/json' })).toBe(406)
      stream.close()
    },
  )

  verifies('RS-44', 'G2, G3, G5: other GETs without a session are refused', async () => {
    const stream = { accept: 'text/event-stream' }
    const resumed = await send(url, {
      headers: { ...stream, ...bearer(owner.access_token), 'last-event-id': '1' },
    })
    expect(resumed.status).toBe(405)
    expect(resumed.headers.get('allow')).toBe('GET, POST, DELETE, OPTIONS')
    expect(await status('GET', { ...stream, 'mcp-protocol-version': modernVersion })).toBe(405)
    expect(await status('GET', { accept: 'text/html' })).toBe(406)
    expect(await status('GET', { accept: 'application/json' })).toBe(406)
  })

  verifies('RS-44', 'D2: ending nothing is refused', async () => {
    expect([400, 405]).toContain(await status('DELETE', {}))
  })

  verifies(['RS-44', 'RS-05'], '/mcp/ is /mcp', async () => {
    const slashed = await mcpRequest(
      `${url}/`,
      initializeMessage('2025-11-25'),
      bearer(owner.access_token),
    )
    expect([200, 307, 308]).toContain(slashed.status)
    const refused = await mcpRequest(`${url}/`, initializeMessage('2025-11-25'))
    expect([401, 307, 308]).toContain(refused.status)
  })

  verifies('RS-42', 'other methods are 405 with Allow', async () => {
    for (const method of ['PUT', 'PATCH']) {
      const { status, headers } = await send(url, { method, headers: bearer(owner.access_token) })
      expect(status).toBe(405)
      expect(headers.get('allow')).toContain('POST')
    }
  })

  verifies('RS-77', 'an unsupported version header within a session is 400', async () => {
    const session = await openSession(url, owner.access_token, '2025-11-25')
    const answer = await session.request(rpc('tools/list'), { 'mcp-protocol-version': 'banana' })
    expect(answer.status).toBe(400)
  })

  verifies('RS-78', 'batches are for 2025-03-26 only', async () => {
    const batch = [rpc('ping', {}, 1), rpc('ping', {}, 2)]
    const old = await openSession(url, owner.access_token, '2025-03-26')
    expect((await old.request(batch)).status).toBe(200)
    for (const version of ['2025-06-18', '2025-11-25']) {
      const session = await openSession(url, owner.access_token, version)
      expect((await session.request(batch)).status, version).toBe(400)
    }
  })

  verifies('RS-79', 'notifications and responses are accepted with 202', async () => {
    const session = await openSession(url, owner.access_token, '2025-11-25')
    const notification = {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 7 },
    }
    expect((await session.request(notification)).status).toBe(202)
  })

  verifies(
    'RS-97',
    'arguments that do not fit are an error of the tool, without a stack',
    async () => {
      const session = await openSession(url, owner.access_token, '2025-11-25')
      const call = { name: 'search', arguments: { query: 7 } }
      const { rpc: answer, text } = await session.request(rpc('tools/call', call))
      expect(answer.result?.isError === true || answer.error?.code === -32_602).toBe(true)
      expect(text).not.toMatch(/node_modules|\.ts:\d+/)
    },
  )

  verifies('contract-5-bearer', 'nothing is opened without a token', async () => {
    const answer = await mcpRequest(url, initializeMessage('2025-11-25'))
    expect(answer.status).toBe(401)
    expect(answer.headers.get('mcp-session-id')).toBeNull()
  })
})
