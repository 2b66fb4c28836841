import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  oauthProvider,
  type Sessions,
  sdkRedirectUrl,
} from '@neonpanel/testing-kit/client/sdk-client'
import { describe, expect, onTestFinished } from 'vitest'
import { clientDocuments } from '../harness/client-documents.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const publish = await clientDocuments()
const stack = await testStack({ REGISTRATION_MODE: 'open' })
const { origin } = new URL(stack.mcpUrl)

const waysIn = {
  registered: {},
  documented: { clientMetadataUrl: publish([sdkRedirectUrl]) },
  'pre-registered': { clientId: 'local-client' },
} as const satisfies Record<string, Sessions>

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

/** Uses what the SDK holds after the access token was lost: it renews without asking the person. */
async function renewAndCall(client: Client, provider: Provider) {
  const before = provider.tokens()
  provider.saveTokens({ ...before, access_token: 'stale', token_type: 'Bearer' })
  await listAndCall(client)
  expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token)
  expect(provider.asked).toHaveLength(1)
}

const transports = {
  'Streamable HTTP': overHttp,
  'HTTP+SSE at /mcp': overSse('/mcp'),
  'HTTP+SSE at /sse': overSse('/sse'),
  'HTTP+SSE at /sse/': overSse('/sse/'),
}

describe('the v1 SDK', () => {
  for (const [transport, transportFor] of Object.entries(transports)) {
    for (const [way, wish] of Object.entries<Sessions>(waysIn)) {
      verifies(
        [
          'contract-5-streamable',
          'contract-5-legacy-get',
          'contract-5-sse',
          'RS-05',
          'RS-44',
          'RS-105',
          'CL-13',
        ],
        `over ${transport}, ${way}, discovers, signs in, lists, calls and renews its tokens`,
        async () => {
          const { client, provider } = await connect(transportFor, wish)
          await listAndCall(client)
          const { claims } = contentsOf(provider.tokens()?.access_token ?? '')
          expect(claims.aud).toBe(stack.mcpUrl)
          expect(claims.client_id).toBe(provider.clientInformation()?.client_id)
          await renewAndCall(client, provider)
        },
      )
    }
  }

  verifies('RS-105', 'over Streamable HTTP asks for the resource', async () => {
    const { provider } = await connect(overHttp)
    expect(provider.asked[0]?.searchParams.get('resource')).toBe(stack.mcpUrl)
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
