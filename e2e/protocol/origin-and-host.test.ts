import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { initializeMessage, modernMessage } from '../harness/mcp.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token } = await tokensFor(stack)
const { port } = new URL(stack.mcpUrl)

const initialize = (headers: Record<string, string>) =>
  rawRequest(stack.mcpUrl, {
    method: 'POST',
    headers: {
      ...bearer(access_token),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(initializeMessage('2025-11-25')),
  })

describe('Host and Origin', () => {
  verifies('RS-33', 'a request for another host is refused, before anything else', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost:1',
      `localhost.evil.example:${port}`,
    ]) {
      const { status, text } = await initialize({ host })
      expect([403, 421], host).toContain(status)
      expect(text).not.toContain('protocolVersion')
    }
    const metadata = new URL('/.well-known/oauth-protected-resource/mcp', stack.mcpUrl)
    const answer = await rawRequest(metadata.href, { headers: { host: 'evil.example' } })
    expect([403, 421]).toContain(answer.status)
  })

  verifies('RS-33', 'the names of this machine are served', async () => {
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
      expect((await initialize({ host })).status, host).toBe(200)
    }
  })

  verifies(
    'contract-2.1-trust-proxy',
    'X-Forwarded-Host changes nothing without TRUST_PROXY',
    async () => {
      expect((await initialize({ 'x-forwarded-host': 'evil.example' })).status).toBe(200)
      const { status } = await initialize({
        host: 'evil.example',
        'x-forwarded-host': `localhost:${port}`,
      })
      expect([403, 421]).toContain(status)
    },
  )

  verifies('RS-32', 'a foreign page is refused with 403, also with a good token', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `https://localhost.evil.example:${port}`,
      'file://',
    ]) {
      const { status } = await initialize({ origin })
      expect(status, origin).toBe(403)
    }
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
      expect((await rawRequest(stack.mcpUrl, { method, headers })).status, method).toBe(403)
    }
  })

  verifies('RS-32', 'no Origin, and the servers’ own, are fine', async () => {
    expect((await initialize({})).status).toBe(200)
    expect((await initialize({ origin: new URL(stack.mcpUrl).origin })).status).toBe(200)
    expect((await initialize({ origin: stack.issuer })).status).toBe(200)
  })

  verifies(
    ['RS-35', 'RS-36', 'RS-38'],
    'a page on this machine gets its preflight answered without a token',
    async () => {
      const { status, headers } = await rawRequest(stack.mcpUrl, {
        method: 'OPTIONS',
        headers: {
          origin: 'http://localhost:6274',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, mcp-method, mcp-param-region',
        },
      })
      expect(status).toBe(204)
      expect(headers['access-control-allow-origin']).toBe('http://localhost:6274')
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      expect(headers.vary).toMatch(/origin/i)
      const methods = String(headers['access-control-allow-methods'])
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) expect(methods).toContain(method)
      const allowed = String(headers['access-control-allow-headers']).toLowerCase()
      for (const name of [
        'authorization',
        'content-type',
        'accept',
        'mcp-session-id',
        'mcp-protocol-version',
        'mcp-method',
        'mcp-name',
        'last-event-id',
        'mcp-param-region',
      ]) {
        expect(allowed).toContain(name)
      }
    },
  )

  verifies('RS-37', 'such a page can read the challenge and the session', async () => {
    const origin = 'http://localhost:6274'
    const { message, headers } = modernMessage('tools/call', { name: 'get_item_cogs' })
    const answers = [
      await rawRequest(stack.mcpUrl, { headers: { origin } }),
      await rawRequest(stack.mcpUrl, {
        method: 'POST',
        headers: {
          ...headers,
          ...bearer(access_token),
          origin,
          'content-type': 'application/json',
        },
        body: JSON.stringify(message),
      }),
      await initialize({ origin }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 200])
    for (const answer of answers) {
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
      const exposed = String(answer.headers['access-control-expose-headers']).toLowerCase()
      for (const name of ['www-authenticate', 'mcp-session-id', 'mcp-protocol-version']) {
        expect(exposed).toContain(name)
      }
    }
  })

  verifies('RS-39', 'headers of more than 16 KiB are refused, and the server goes on', async () => {
    expect((await initialize({ 'x-padding': 'x'.repeat(17_000) })).status).toBe(431)
    expect((await initialize({})).status).toBe(200)
  })

  verifies('RS-39', 'a body of several megabytes is refused, and the server goes on', async () => {
    const body = JSON.stringify({
      ...initializeMessage('2025-11-25'),
      padding: 'x'.repeat(5_000_000),
    })
    const { status } = await send(stack.mcpUrl, {
      method: 'POST',
      headers: { ...bearer(access_token), 'content-type': 'application/json' },
      body,
    })
    expect(status).toBe(413)
    expect((await initialize({})).status).toBe(200)
  })
})
