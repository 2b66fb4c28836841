import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { parseChallenge } from '../harness/challenge.ts'
import { initializeMessage, mcpRequest, modernMessage, rpc } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { origin } = new URL(stack.mcpUrl)
const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`

describe('a 401', () => {
  verifies(
    [
      'contract-5-401',
      'contract-5-bearer',
      'RS-10',
      'RS-11',
      'RS-12',
      'RS-13',
      'RS-14',
      'decision-4',
    ],
    'without a token names the metadata and the least useful scope, and no error, whatever the method',
    async () => {
      for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH']) {
        const { status, headers } = await send(stack.mcpUrl, { method })
        expect(status, method).toBe(401)
        expect(parseChallenge(headers)).toEqual({
          scheme: 'Bearer',
          parameters: {
            resource_metadata: metadataUrl,
            scope: 'read:companies read:inventory',
          },
        })
      }
    },
  )

  verifies(
    ['contract-5-401', 'RS-12', 'decision-4'],
    'for a tool call names the scopes of that tool',
    async () => {
      const { message, headers } = modernMessage('tools/call', { name: 'get_revenue_and_cogs' })
      for (const body of [
        message,
        rpc('tools/call', { name: 'get_revenue_and_cogs', arguments: {} }),
      ]) {
        const answer = await mcpRequest(stack.mcpUrl, body, headers)
        expect(answer.status).toBe(401)
        const { scope } = parseChallenge(answer.headers).parameters
        expect(scope?.split(' ').sort()).toEqual(['read:cogs', 'read:revenue'])
      }
      const opening = await mcpRequest(stack.mcpUrl, initializeMessage('2025-11-25'))
      expect(parseChallenge(opening.headers).parameters.scope).toBe('read:companies read:inventory')
    },
  )

  verifies(['contract-5-401', 'RS-13'], 'with a bad token says invalid_token and why', async () => {
    for (const token of ['garbage', 'a.b.c', 'x'.repeat(43)]) {
      const { status, headers } = await send(stack.mcpUrl, {
        method: 'POST',
        headers: bearer(token),
      })
      expect(status).toBe(401)
      expect(parseChallenge(headers).parameters).toMatchObject({
        error: 'invalid_token',
        error_description: expect.stringMatching(/\w/),
        resource_metadata: metadataUrl,
        scope: 'read:companies read:inventory',
      })
    }
  })

  verifies(
    ['contract-4-alias-challenge', 'RS-05', 'contract-1.2-sse'],
    'at an alias names that alias’s own metadata document',
    async () => {
      for (const alias of ['/sse', '/sse/', '/mcp/']) {
        for (const method of ['GET', 'POST']) {
          const { status, headers } = await send(`${origin}${alias}`, { method })
          expect(status).toBe(401)
          const { resource_metadata } = parseChallenge(headers).parameters
          expect(resource_metadata).toBe(`${origin}/.well-known/oauth-protected-resource${alias}`)
          expect((await send(resource_metadata ?? '')).body.resource).toBe(`${origin}${alias}`)
        }
      }
    },
  )

  verifies('RS-22', 'is the answer to a token anywhere but in the header', async () => {
    const { access_token } = await tokensFor(stack)
    const { status } = await send(`${stack.mcpUrl}?access_token=${access_token}`, {
      method: 'POST',
    })
    expect(status).toBe(401)
    const form = await send(stack.mcpUrl, {
      method: 'POST',
      body: new URLSearchParams({ access_token }),
    })
    expect(form.status).toBe(401)
    const cookie = { cookie: `access_token=${access_token}` }
    expect((await send(stack.mcpUrl, { headers: cookie })).status).toBe(401)
    const scheme = { authorization: `Basic ${access_token}` }
    expect((await send(stack.mcpUrl, { headers: scheme })).status).toBe(401)
  })

  verifies('RS-19', 'is 400 invalid_request for a malformed Authorization header', async () => {
    const { access_token } = await tokensFor(stack)
    for (const authorization of ['Bearer', 'Bearer  ', `Bearer ${access_token} x`, 'Bearer "x"']) {
      const { status, headers } = await send(stack.mcpUrl, { headers: { authorization } })
      const { error } = parseChallenge(headers).parameters
      expect([status, error], authorization).toEqual([400, 'invalid_request'])
    }
  })

  verifies(
    ['RS-31', 'RS-95'],
    'or 403 holds no data and no stack, and is no tool result',
    async () => {
      const { access_token } = await tokensFor(stack, { scope: 'read:companies' })
      const { message, headers } = modernMessage('tools/call', { name: 'get_item_cogs' })
      for (const [status, credentials] of [
        [401, {}],
        [401, bearer('a.b.c')],
        [403, bearer(access_token)],
      ] as const) {
        const answer = await mcpRequest(stack.mcpUrl, message, { ...headers, ...credentials })
        expect(answer.status).toBe(status)
        expect(Object.keys(answer.body as object)).toEqual(['error', 'error_description'])
        expect(answer.text.length).toBeLessThan(500)
        expect(answer.text).not.toMatch(/\bat .+:\d+|node_modules|jose|JWS|www_authenticate/)
      }
    },
  )

  verifies('RS-10', 'takes the scheme in any case', async () => {
    const { access_token } = await tokensFor(stack)
    const answer = await mcpRequest(stack.mcpUrl, initializeMessage('2025-11-25'), {
      authorization: `bearer ${access_token}`,
    })
    expect(answer.status).toBe(200)
  })
})
