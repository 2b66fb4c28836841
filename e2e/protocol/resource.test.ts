import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { chatGpt, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { origin, host } = new URL(stack.mcpUrl)
const upperCase = `HTTP://${host.toUpperCase()}`

const spellings = [
  stack.mcpUrl,
  `${stack.mcpUrl}/`,
  origin,
  `${origin}/`,
  `${origin}/sse`,
  `${origin}/sse/`,
  `${upperCase}/mcp`,
  `${upperCase}/sse/`,
  upperCase,
]

const others = [
  'https://other.example/mcp',
  `${origin}/other`,
  `${origin}/mcp/x`,
  `${origin}/MCP`,
  `${origin}/mcp?x=1`,
  `${origin}/mcp#x`,
  `${origin}/x/../mcp`,
  `${origin}.evil.example/mcp`,
  origin.replace('://', '://user@'),
  'mcp',
  '/mcp',
  stack.issuer,
]

describe('the resource parameter', () => {
  for (const spelling of spellings) {
    const title = spelling.replace(host, 'HOST').replace(host.toUpperCase(), 'HOST')
    verifies(
      ['contract-4-resource-spellings', 'AS-100', 'contract-4-aud'],
      `${title} is accepted at every step and means MCP_URL`,
      async () => {
        const { redeem, client } = await codeFlow(stack, { request: { resource: spelling } })
        const { status, body } = await redeem({ resource: spelling })
        expect(status).toBe(200)
        expect(contentsOf(body.access_token).claims.aud).toBe(stack.mcpUrl)
        const refreshed = await client.refresh(body.refresh_token ?? '', { resource: spelling })
        expect(refreshed.status).toBe(200)
        expect(contentsOf(refreshed.body.access_token).claims.aud).toBe(stack.mcpUrl)
      },
    )
  }

  verifies(
    ['contract-4-resource-default', 'AS-99', 'AS-93'],
    'left out at every step it is MCP_URL',
    async () => {
      const { redeem, client } = await codeFlow(stack, { request: { resource: undefined } })
      const { body } = await redeem({ resource: undefined })
      expect(contentsOf(body.access_token).claims.aud).toBe(stack.mcpUrl)
      const refreshed = await client.refresh(body.refresh_token ?? '')
      expect(contentsOf(refreshed.body.access_token).claims.aud).toBe(stack.mcpUrl)
    },
  )

  verifies('AS-35', 'empty it is as if left out', async () => {
    const { redeem } = await codeFlow(stack, { request: { resource: '' } })
    expect(contentsOf((await redeem()).body.access_token).claims.aud).toBe(stack.mcpUrl)
  })

  verifies(
    ['contract-4-resource-invalid', 'AS-98'],
    'anything else is invalid_target at the authorization endpoint',
    async () => {
      const client = oauthClient(stack, chatGpt)
      for (const resource of others) {
        const { status, headers } = await send(client.authorization({ resource }).url)
        expect(status, resource).toBe(303)
        const location = new URL(headers.get('location') ?? '', stack.issuer)
        expect(location.searchParams.get('error'), resource).toBe('invalid_target')
      }
    },
  )

  verifies(
    ['contract-4-resource-invalid', 'AS-101'],
    'anything else is invalid_target at the token endpoint',
    async () => {
      const { redeem } = await codeFlow(stack)
      const { status, body } = await redeem({ resource: 'https://other.example/mcp' })
      expect(status).toBe(400)
      expect(body.error).toBe('invalid_target')
      const { refresh_token, client } = await tokensFor(stack)
      const refreshed = await client.refresh(refresh_token, { resource: `${origin}/other` })
      expect(refreshed.body.error).toBe('invalid_target')
    },
  )

  verifies('AS-102', 'two different resources never share one token', async () => {
    const { redeem } = await codeFlow(stack)
    const { status, body } = await redeem({ resource: [stack.mcpUrl, 'https://other.example/mcp'] })
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_target')
  })
})
