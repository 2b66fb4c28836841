import { describe, expect } from 'vitest'
import { tokensFor } from '../harness/grant.ts'
import { bearer, send } from '../harness/http.ts'
import { initializeMessage, mcpRequest, openSession, rpc, sessionVersions } from '../harness/mcp.ts'
import { claude } from '../harness/oauth-client.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const owner = await tokensFor(stack)
const analyst = await tokensFor(stack, { person: 'analyst' })
const url = stack.mcpUrl

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

  verifies('RS-46', 'another person’s session is 404, and goes on', async () => {
    const session = await openSession(url, owner.access_token, '2025-11-25')
    const asAnalyst = bearer(analyst.access_token)
    expect((await session.request(rpc('tools/list'), asAnalyst)).status).toBe(404)
    expect(
      (await session.request(undefined, { ...asAnalyst, accept: 'text/event-stream' }, 'GET'))
        .status,
    ).toBe(404)
    expect((await session.request(undefined, asAnalyst, 'DELETE')).status).toBe(404)
    expect((await session.request(rpc('tools/list'))).status).toBe(200)
  })

  verifies('RS-46', 'the same person’s session belongs to the client that opened it', async () => {
    const session = await openSession(url, owner.access_token, '2025-11-25')
    const other = await tokensFor(stack, { client: claude })
    expect((await session.request(rpc('tools/list'), bearer(other.access_token))).status).toBe(404)
  })

  verifies('RS-42', 'other methods are 405 with Allow, and 401 first', async () => {
    for (const method of ['HEAD', 'PUT', 'PATCH']) {
      const { status, headers } = await send(url, { method, headers: bearer(owner.access_token) })
      expect(status, method).toBe(405)
      expect(headers.get('allow')).toBe('GET, POST, DELETE, OPTIONS')
      expect((await send(url, { method })).status, method).toBe(401)
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
