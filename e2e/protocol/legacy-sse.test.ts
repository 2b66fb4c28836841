import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { type EventStream, openEventStream } from '../harness/event-stream.ts'
import { initializeMessage, mcpRequest, rpc } from '../harness/mcp.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const owner = await tokensFor(stack)
const analyst = await tokensFor(stack, { person: 'analyst' })
const { origin } = new URL(stack.mcpUrl)

/** Opens a stream and reads where its messages go. */
async function open(path = '/mcp', token = owner.access_token, headers = {}) {
  const stream = await openEventStream(`${origin}${path}`, { ...bearer(token), ...headers })
  const first = await stream.next()
  return { stream, first, endpoint: new URL(first.data, `${origin}${path}`).href }
}

const post = (endpoint: string, message: unknown, token = owner.access_token) =>
  mcpRequest(endpoint, message, bearer(token))

async function reply(stream: EventStream, id: number) {
  for (;;) {
    const { event, data } = await stream.next()
    expect(event ?? 'message').toBe('message')
    const message = JSON.parse(data) as {
      id?: number
      result?: Record<string, unknown>
      error?: { code: number }
    }
    if (message.id === id) return message
  }
}

describe('HTTP+SSE of 2024-11-05', () => {
  verifies(
    ['contract-5-legacy-get', 'RS-43', 'RS-84', 'RS-41'],
    'GET /mcp answers a stream whose first event is the endpoint',
    async () => {
      const { stream, first } = await open()
      expect(stream.status).toBe(200)
      expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
      expect(stream.headers.get('cache-control')).toContain('no-cache')
      expect(stream.headers.get('x-accel-buffering')).toBe('no')
      expect(first.event).toBe('endpoint')
      expect(first.data).toMatch(/^\/mcp\?sessionId=[\w.~-]{16,}$/)
      expect(first.id).toBeUndefined()
      stream.close()
    },
  )

  verifies('RS-43', 'is what GET with Accept: */*, or none, means as well', async () => {
    for (const accept of ['*/*', 'text/*']) {
      const { stream, first } = await open('/mcp', owner.access_token, { accept })
      expect(first.event).toBe('endpoint')
      stream.close()
    }
  })

  verifies(
    ['contract-5-legacy-post', 'RS-45', 'RS-85'],
    'messages are posted there: 202, and the answer comes on the stream',
    async () => {
      const { stream, endpoint } = await open()
      const accepted = await post(endpoint, initializeMessage('2024-11-05', 1))
      expect(accepted.status).toBe(202)
      expect(accepted.rpc).not.toHaveProperty('result')
      expect((await reply(stream, 1)).result).toMatchObject({ protocolVersion: '2024-11-05' })
      await post(endpoint, { jsonrpc: '2.0', method: 'notifications/initialized' })
      await post(endpoint, rpc('tools/list', {}, 2))
      expect((await reply(stream, 2)).result?.tools).toHaveLength(12)
      await post(endpoint, rpc('tools/call', { name: 'list_companies', arguments: {} }, 3))
      expect(JSON.stringify((await reply(stream, 3)).result)).toContain('Harbor Goods LLC')
      stream.close()
    },
  )

  for (const alias of ['/sse', '/sse/']) {
    verifies(['contract-5-sse', 'contract-1.2-sse'], `${alias} does the same`, async () => {
      const { stream, first, endpoint } = await open(alias)
      expect(first.event).toBe('endpoint')
      expect(new URL(endpoint).origin).toBe(origin)
      expect((await post(endpoint, initializeMessage('2024-11-05', 1))).status).toBe(202)
      expect((await reply(stream, 1)).result).toBeDefined()
      stream.close()
    })
  }

  verifies(
    ['RS-46', 'RS-86', 'RS-87'],
    'a session id is no credential: without a token, or with another person’s, nothing happens',
    async () => {
      const { stream, endpoint } = await open()
      expect((await mcpRequest(endpoint, rpc('tools/list'))).status).toBe(401)
      expect((await post(endpoint, rpc('tools/list', {}, 8), analyst.access_token)).status).toBe(
        404,
      )
      await post(endpoint, initializeMessage('2024-11-05', 9))
      expect((await stream.next()).data).toContain('"id":9')
      expect((await post(`${stack.mcpUrl}?sessionId=unknown`, rpc('tools/list'))).status).toBe(404)
      stream.close()
    },
  )

  verifies(
    ['contract-5-403', 'RS-15'],
    'a call beyond the token’s scopes is 403 on the POST',
    async () => {
      const { stream, endpoint } = await open()
      await post(endpoint, initializeMessage('2024-11-05', 1))
      const call = rpc('tools/call', { name: 'get_item_cogs', arguments: { item_id: 'x' } }, 2)
      const { status, headers } = await post(endpoint, call)
      expect(status).toBe(403)
      expect(headers.get('www-authenticate')).toContain('insufficient_scope')
      stream.close()
    },
  )

  verifies(
    ['RS-86', 'RS-32'],
    'is for no foreign page, when opened and when posted to',
    async () => {
      const evil = { origin: 'https://evil.example' }
      const headers = { ...bearer(owner.access_token), accept: 'text/event-stream', ...evil }
      const { stream, endpoint } = await open()
      for (const path of ['/mcp', '/sse', '/sse/']) {
        expect((await rawRequest(`${origin}${path}`, { headers })).status, path).toBe(403)
      }
      const body = JSON.stringify(rpc('tools/list'))
      const posted = { ...headers, 'content-type': 'application/json' }
      expect((await rawRequest(endpoint, { method: 'POST', headers: posted, body })).status).toBe(
        403,
      )
      stream.close()
    },
  )

  verifies('contract-5-bearer', 'no stream opens without a token', async () => {
    for (const path of ['/mcp', '/sse', '/sse/']) {
      const { status } = await send(`${origin}${path}`, {
        headers: { accept: 'text/event-stream' },
      })
      expect(status).toBe(401)
    }
  })

  verifies(
    ['contract-2.1-legacy-sse', 'RS-88', 'decision-7'],
    'LEGACY_SSE=off switches it off: 405 on /mcp, nothing at /sse/',
    async () => {
      const modern = await stackForTest({ LEGACY_SSE: 'off' })
      const { access_token } = await tokensFor(modern)
      const headers = { ...bearer(access_token), accept: 'text/event-stream' }
      expect((await send(modern.mcpUrl, { headers })).status).toBe(405)
      const sse = await send(new URL('/sse/', modern.mcpUrl), { headers })
      expect([404, 405]).toContain(sse.status)
      const opened = await mcpRequest(
        modern.mcpUrl,
        initializeMessage('2025-11-25'),
        bearer(access_token),
      )
      expect(opened.status).toBe(200)
    },
  )
})
