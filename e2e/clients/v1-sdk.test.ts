import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { describe, expect, onTestFinished } from 'vitest'
import { oauthProvider, type Sessions } from '../harness/sdk-client.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const { origin } = new URL(stack.mcpUrl)

type Provider = ReturnType<typeof oauthProvider>
type AuthorizableTransport = StreamableHTTPClientTransport | SSEClientTransport

const overHttp = (authProvider: Provider) =>
  new StreamableHTTPClientTransport(new URL(stack.mcpUrl), { authProvider })

const overSse = (path: string) => (authProvider: Provider) =>
  new SSEClientTransport(new URL(path, origin), { authProvider })

function newClient() {
  const client = new Client({ name: 'v1', version: '1.0.0' })
  onTestFinished(() => client.close())
  return client
}

/** Connects as a host does: refused, sent to sign in, connected. */
async function connect(
  transportFor: (provider: Provider) => AuthorizableTransport,
  wish: Sessions = {},
) {
  const provider = oauthProvider(stack, wish)
  const first = transportFor(provider)
  await expect(newClient().connect(first as Transport)).rejects.toThrow(UnauthorizedError)
  await first.finishAuth(provider.callback().get('code') ?? '')
  const client = newClient()
  const transport = transportFor(provider)
  await client.connect(transport as Transport)
  return { client, provider, transport }
}

async function listAndCall(client: Client) {
  const { tools } = await client.listTools()
  expect(tools).toHaveLength(12)
  const result = await client.callTool({ name: 'list_companies', arguments: {} })
  expect(JSON.stringify(result.structuredContent)).toContain('Harbor Goods LLC')
}

describe('the v1 SDK', () => {
  verifies(
    ['contract-5-streamable', 'RS-105', 'RS-44'],
    'over Streamable HTTP discovers, registers, signs in, lists and calls',
    async () => {
      const { client, provider } = await connect(overHttp)
      await listAndCall(client)
      const { claims } = contentsOf(provider.tokens()?.access_token ?? '')
      expect(claims.aud).toBe(stack.mcpUrl)
      expect(provider.asked[0]?.searchParams.get('resource')).toBe(stack.mcpUrl)
    },
  )

  verifies('RS-105', 'over Streamable HTTP works with a pre-registered client', async () => {
    const { client } = await connect(overHttp, { clientId: 'local-client' })
    await listAndCall(client)
  })

  for (const path of ['/mcp', '/sse', '/sse/']) {
    verifies(
      ['contract-5-legacy-get', 'contract-5-sse', 'RS-05', 'RS-105'],
      `over HTTP+SSE at ${path} discovers, registers, signs in, lists and calls`,
      async () => {
        const { client, provider } = await connect(overSse(path))
        await listAndCall(client)
        expect(contentsOf(provider.tokens()?.access_token ?? '').claims.aud).toBe(stack.mcpUrl)
      },
    )
  }

  verifies('RS-18', 'steps up when a tool needs more', async () => {
    const { client, provider, transport } = await connect(overHttp, { keepsRefreshToken: false })
    const call = { name: 'get_revenue_and_cogs', arguments: {} }
    await expect(client.callTool(call)).rejects.toThrow(UnauthorizedError)
    expect(provider.asked.at(-1)?.searchParams.get('scope')).toContain('read:revenue')
    await transport.finishAuth(provider.callback().get('code') ?? '')
    const result = await client.callTool(call)
    expect(result.isError ?? false).toBe(false)
  })

  verifies('AS-52', 'is told when the person denies', async () => {
    const provider = oauthProvider(stack, { decision: { press: 'Deny' } })
    await expect(newClient().connect(overHttp(provider) as Transport)).rejects.toThrow(
      UnauthorizedError,
    )
    expect(provider.callback().get('error')).toBe('access_denied')
    expect(provider.tokens()).toBeUndefined()
  })

  verifies('RS-75', 'ends its session', async () => {
    const { client, transport } = await connect(overHttp)
    await (transport as StreamableHTTPClientTransport).terminateSession()
    await expect(client.listTools()).rejects.toThrow()
  })
})
