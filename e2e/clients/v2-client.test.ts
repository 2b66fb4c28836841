import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import {
  oauthProvider,
  type Sessions,
  sdkRedirectUrl,
} from '@neonpanel/testing-kit/client/sdk-client'
import { describe, expect, onTestFinished } from 'vitest'
import { clientDocuments } from '../harness/client-documents.ts'
import { modernVersion } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const publish = await clientDocuments()
const stack = await testStack({ REGISTRATION_MODE: 'open' })

const waysIn = {
  registered: {},
  documented: { clientMetadataUrl: publish([sdkRedirectUrl]) },
  'pre-registered': { clientId: 'local-client' },
} as const satisfies Record<string, Sessions>

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

/** Uses what the SDK holds after the access token was lost: it renews without asking the person. */
async function renewAndCall(client: Client, provider: Provider) {
  const before = provider.tokens()
  provider.saveTokens({ ...before, access_token: 'stale', token_type: 'Bearer' })
  await listAndCall(client)
  expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token)
  expect(provider.asked).toHaveLength(1)
}

const eras = [
  { era: 'left to choose', mode: 'auto', speaks: modernVersion },
  { era: `pinned to ${modernVersion}`, mode: { pin: modernVersion }, speaks: modernVersion },
  { era: 'in the legacy era', mode: 'legacy', speaks: '2025-11-25' },
] as const

describe('the v2 client', () => {
  for (const { era, mode, speaks } of eras) {
    for (const [way, wish] of Object.entries<Sessions>(waysIn)) {
      verifies(
        ['contract-5-modern', 'contract-5-streamable', 'RS-105', 'CL-13', 'AS-93'],
        `${era}, ${way}, discovers, signs in, lists, calls and renews its tokens`,
        async () => {
          const { client, provider, transport } = await connect(mode, overHttp, wish)
          expect(client.getNegotiatedProtocolVersion()).toBe(speaks)
          expect(transport.sessionId !== undefined).toBe(mode === 'legacy')
          await listAndCall(client)
          const { claims } = contentsOf(provider.tokens()?.access_token ?? '')
          expect(claims.aud).toBe(stack.mcpUrl)
          expect(claims.client_id).toBe(provider.clientInformation()?.client_id)
          await renewAndCall(client, provider)
        },
      )
    }
  }

  verifies(
    ['contract-5-sse', 'RS-44', 'RS-105'],
    'over HTTP+SSE, left to choose, falls back and works',
    async () => {
      const { client } = await connect('auto', overSse)
      await listAndCall(client)
    },
  )

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
