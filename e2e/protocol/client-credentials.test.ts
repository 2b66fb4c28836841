import { basic, postForm, type RequestParameters } from '@neonpanel/testing-kit/client/http'
import { demoService, type TokenBody } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const url = `${stack.issuer}/oauth2/token`
const credentials = basic(demoService.clientId, demoService.clientSecret)

const ask = (parameters: RequestParameters = {}, headers: Record<string, string> = credentials) =>
  postForm<TokenBody>(url, { grant_type: 'client_credentials', ...parameters }, headers)

describe('client credentials', () => {
  verifies(
    ['contract-3.2-service', 'contract-4-aud', 'contract-4-claims'],
    'demo-service gets a token of its own, for MCP_URL, without a refresh token',
    async () => {
      const { status, body } = await ask({ scope: 'read:inventory' })
      expect(status).toBe(200)
      expect(body.refresh_token).toBeUndefined()
      const { header, claims } = contentsOf(body.access_token)
      expect(header.typ).toBe('at+jwt')
      expect(claims).toMatchObject({
        iss: stack.issuer,
        aud: stack.mcpUrl,
        sub: 'demo-service',
        client_id: 'demo-service',
      })
      expect(scopesOf(claims.scope)).toContain('read:inventory')
      expect(claims.companies).toEqual(expect.any(Array))
    },
  )

  verifies(
    'contract-3.2-service',
    'the token is good at /mcp for what it carries and no more',
    async () => {
      const { body } = await ask({ scope: 'read:companies' })
      expect((await callTool(stack.mcpUrl, body.access_token, 'list_companies')).status).toBe(200)
      const refused = await callTool(stack.mcpUrl, body.access_token, 'get_inventory_items')
      expect(refused.status).toBe(403)
    },
  )

  verifies(
    ['AS-74', 'AS-75'],
    'the secret must be right, and is asked for with Basic',
    async () => {
      for (const secret of ['wrong', '', 'neonpanel-demo-secret ']) {
        const { status, headers, body } = await ask({}, basic('demo-service', secret))
        expect(status).toBe(401)
        expect(body.error).toBe('invalid_client')
        expect(headers.get('www-authenticate')).toMatch(/^Basic\b/)
      }
      const none = await ask({ client_id: 'demo-service' }, {})
      expect(none.status).toBe(401)
      expect(none.body.error).toBe('invalid_client')
    },
  )

  verifies('AS-74', 'a client authenticates in one way at a time', async () => {
    const post = { client_id: demoService.clientId, client_secret: demoService.clientSecret }
    expect((await ask(post, {})).status).toBe(200)
    const both = await ask(post)
    expect(both.status).toBe(400)
    expect(both.body.error).toBe('invalid_request')
  })

  verifies(['AS-95', 'AS-96'], 'a public client cannot use them', async () => {
    const { status, body } = await ask({ client_id: 'local-client' }, {})
    expect(status).toBe(400)
    expect(body.error).toBe('unauthorized_client')
    expect(body.access_token).toBeUndefined()
  })

  verifies('contract-4-resource-invalid', 'another resource is invalid_target', async () => {
    const { status, body } = await ask({ resource: 'https://other.example/mcp' })
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_target')
  })
})
