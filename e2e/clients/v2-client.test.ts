import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { describe, expect, onTestFinished } from 'vitest'
import { modernVersion } from '../harness/mcp.ts'
import { oauthProvider, type Sessions } from '../harness/sdk-client.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })

type Provider = ReturnType<typeof oauthProvider>

const overHttp = (authProvider: Provider) =>
  new StreamableHTTPClientTransport(new URL(stack.mcpUrl), { authProvider })

const overSse = (authProvider: Provider) =>
  new SSEClientTransport(new URL('/sse/', stack.mcpUrl), { authProvider })

function newClient(mode: VersionNegotiationMode) {
  const client = new Client({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode } })
  onTestFinished(() => client.close())
  return client
}

/** Connects as a host does: refused, sent to sign in, connected. */
async function connect<T extends StreamableHTTPClientTransport | SSEClientTransport>(
  mode: VersionNegotiationMode,
  transportFor: (provider: Provider) => T,
  wish: Sessions = {},
) {
  const provider = oauthProvider(stack, wish)
  const first = transportFor(provider)
  await expect(newClient(mode).connect(first)).rejects.toThrow(UnauthorizedError)
  await first.finishAuth(provider.callback())
  const client = newClient(mode)
  const transport = transportFor(provider)
  await client.connect(transport)
  return { client, provider, transport }
}

async function listAndCall(client: Client) {
  const { tools } = await client.listTools()
  expect(tools).toHaveLength(12)
  const result = await client.callTool({ name: 'list_companies', arguments: {} })
  expect(JSON.stringify(result.structuredContent)).toContain('Harbor Goods LLC')
}

describe('the v2 client', () => {
  verifies(
    ['contract-5-modern', 'RS-105'],
    'in revision 2026-07-28 discovers, registers, signs in, lists and calls',
    async () => {
      const { client, provider } = await connect({ pin: modernVersion }, overHttp)
      expect(client.getNegotiatedProtocolVersion()).toBe(modernVersion)
      await listAndCall(client)
      expect(contentsOf(provider.tokens()?.access_token ?? '').claims.aud).toBe(stack.mcpUrl)
    },
  )

  verifies(['contract-5-modern', 'RS-105'], 'left to choose, chooses 2026-07-28', async () => {
    const { client } = await connect('auto', overHttp, { clientId: 'local-client' })
    expect(client.getNegotiatedProtocolVersion()).toBe(modernVersion)
    await listAndCall(client)
  })

  verifies(['contract-5-streamable', 'RS-105'], 'in the legacy era has a session', async () => {
    const { client, transport } = await connect('legacy', overHttp)
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
    expect(transport.sessionId).toEqual(expect.any(String))
    await listAndCall(client)
  })

  verifies(
    ['contract-5-sse', 'RS-44', 'RS-105'],
    'over HTTP+SSE, left to choose, falls back and works',
    async () => {
      const { client } = await connect('auto', overSse)
      await listAndCall(client)
    },
  )

  verifies(
    'RS-18',
    'steps up by itself when a tool needs more, and asks for the union',
    async () => {
      const { client, provider, transport } = await connect({ pin: modernVersion }, overHttp)
      const call = { name: 'get_revenue_and_cogs', arguments: {} }
      await expect(client.callTool(call)).rejects.toThrow(UnauthorizedError)
      const scope = provider.asked.at(-1)?.searchParams.get('scope') ?? ''
      for (const one of ['read:inventory', 'read:revenue', 'read:cogs'])
        expect(scope).toContain(one)
      await transport.finishAuth(provider.callback())
      const result = await client.callTool(call)
      expect(result.isError ?? false).toBe(false)
    },
  )

  verifies('AS-93', 'renews its tokens by itself when they are refused', async () => {
    const { client, provider } = await connect({ pin: modernVersion }, overHttp)
    const before = provider.tokens()
    provider.saveTokens({ ...before, access_token: 'stale', token_type: 'Bearer' })
    await listAndCall(client)
    expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token)
    expect(provider.asked).toHaveLength(1)
  })

  verifies(
    'contract-5-403',
    'is refused what the person’s role does not hold, after stepping up in vain',
    async () => {
      const { client, provider, transport } = await connect({ pin: modernVersion }, overHttp, {
        person: 'warehouse',
      })
      const call = { name: 'get_item_landed_cost', arguments: { item_id: 'x' } }
      await expect(client.callTool(call)).rejects.toThrow(UnauthorizedError)
      await transport.finishAuth(provider.callback())
      expect(provider.tokens()?.scope).not.toContain('read:landed-cost')
    },
  )
})
