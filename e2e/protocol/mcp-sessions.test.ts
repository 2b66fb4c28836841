import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { claude } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { openEventStream } from '../harness/event-stream.ts'
import { initializeMessage, mcpRequest, openSession, rpc, sessionVersions } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const owner = await tokensFor(stack)
const analyst = await tokensFor(stack, { person: 'analyst' })
const url = stack.mcpUrl

describe('revisions with sessions', () => {
  for (const version of sessionVersions) {
    verifies(
      ['contract-5-streamable', 'RS-73', 'RS-74', 'RS-75', 'contract-1.2-mcp'],
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

  for (const version of sessionVersions) {
    verifies(
      'RS-77',
      `${version}: another version that is not supported is 400, none at all is fine`,
      async () => {
        const { request, sessionId } = await openSession(url, owner.access_token, version)
        for (const unsupported of ['banana', '2026-07-28', '2025-01-01']) {
          const answer = await request(rpc('ping'), { 'mcp-protocol-version': unsupported })
          expect(answer.status, unsupported).toBe(400)
        }
        const unversioned = { ...bearer(owner.access_token), 'mcp-session-id': sessionId }
        expect((await mcpRequest(url, rpc('ping'), unversioned)).status).toBe(200)
      },
    )

    verifies(
      'RS-82',
      `${version}: ping is answered, and exactly what was offered in the handshake`,
      async () => {
        const { opened, request } = await openSession(url, owner.access_token, version)
        expect((await request(rpc('ping'))).rpc.result).toEqual({})
        const offered = opened.rpc.result?.capabilities as Record<string, { subscribe?: boolean }>
        for (const [method, isOffered] of [
          ['logging/setLevel', 'logging' in offered],
          ['resources/list', 'resources' in offered],
          ['resources/subscribe', offered.resources?.subscribe === true],
          ['prompts/list', 'prompts' in offered],
          ['completion/complete', 'completions' in offered],
          ['tools/list', 'tools' in offered],
          ['server/discover', false],
          ['subscriptions/listen', false],
        ] as const) {
          const { error } = (await request(rpc(method))).rpc
          expect(error?.code !== -32_601, method).toBe(isOffered)
        }
      },
    )
  }

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
    const response = { jsonrpc: '2.0', id: 'nobody-asked', result: {} }
    for (const message of [notification, response]) {
      const { status, text } = await session.request(message)
      expect([status, text]).toEqual([202, ''])
    }
  })

  verifies('RS-79', 'an answer travels with its request, and on no other stream', async () => {
    const session = await openSession(url, owner.access_token, '2025-11-25')
    const headers = { ...session.headers, ...bearer(owner.access_token) }
    const stream = await openEventStream(url, headers)
    expect((await session.request(rpc('tools/list', {}, 'here'))).rpc.id).toBe('here')
    await session.request(undefined, {}, 'DELETE')
    await stream.ended()
    await expect(stream.next()).rejects.toThrow('ended')
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
