import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { initializeMessage, mcpRequest, rpc } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

describe('connecting ChatGPT, as the guide says', () => {
  verifies(
    [
      'contract-2-start',
      'contract-4-iat-jwt',
      'contract-5-legacy-get',
      'contract-5-legacy-post',
      'RS-43',
      'RS-105',
    ],
    'works from the initial access token to the tool call',
    async () => {
      // 1. An administrator mints an initial access token.
      const { initial_access_token, registration_endpoint } = await adminApi(stack).mint({
        ttl_seconds: 900,
        max_uses: 1,
        note: 'ChatGPT',
      })
      expect(registration_endpoint).toBe(`${stack.issuer}/oauth2/register`)

      // 2. The client registers with it.
      const redirectUri = 'https://chatgpt.com/connector_platform_oauth_redirect'
      const registered = await register(
        stack,
        {
          client_name: 'ChatGPT MCP Connector',
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        },
        initial_access_token,
      )
      expect(registered.status).toBe(201)

      // 3. The person signs in and consents.
      const challenge = await send(stack.mcpUrl)
      expect(challenge.status).toBe(401)
      const client = oauthClient(stack, { clientId: registered.body.client_id, redirectUri })
      const asked = client.authorization({ scope: 'read:companies read:inventory read:analytics' })
      const callback = await createPerson(stack.issuer, 'analyst').authorize(asked.url)
      expect(callback.href.startsWith(`${redirectUri}?`)).toBe(true)
      expect(callback.searchParams.get('state')).toBe(asked.state)
      expect(callback.searchParams.get('iss')).toBe(stack.issuer)

      // 4. The code becomes a token.
      const { status, body } = await client.redeem(
        callback.searchParams.get('code') ?? '',
        asked.verifier,
      )
      expect(status).toBe(200)
      expect(contentsOf(body.access_token).claims.aud).toBe(stack.mcpUrl)
      expect(scopesOf(body.scope)).toEqual(['read:analytics', 'read:companies', 'read:inventory'])

      // 5. The token opens the stream, and a tool answers.
      const authorization = bearer(body.access_token)
      const stream = await openEventStream(stack.mcpUrl, authorization)
      const endpoint = await stream.next()
      expect(endpoint.event).toBe('endpoint')
      expect(endpoint.data).toMatch(/^\/mcp\?sessionId=/)
      const url = new URL(endpoint.data, stack.mcpUrl).href
      await mcpRequest(url, initializeMessage('2024-11-05', 1), authorization)
      expect(JSON.parse((await stream.next()).data)).toMatchObject({ id: 1 })
      await mcpRequest(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, authorization)
      const call = { name: 'get_inventory_items', arguments: { limit: 1 } }
      expect((await mcpRequest(url, rpc('tools/call', call, 2), authorization)).status).toBe(202)
      const answer = JSON.parse((await stream.next()).data)
      expect(answer.result.structuredContent.items).toHaveLength(1)
      stream.close()
    },
  )
})
