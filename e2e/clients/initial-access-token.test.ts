import * as v2 from '@modelcontextprotocol/client'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  fetchWithInitialAccessToken,
  oauthProvider,
} from '@neonpanel/testing-kit/client/sdk-client'
import { describe, expect, onTestFinished } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { modernVersion } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const url = new URL(stack.mcpUrl)
const sse = new URL('/sse/', url)

async function host() {
  const { initial_access_token } = await adminApi(stack).mint()
  const authProvider = oauthProvider(stack)
  return { authProvider, fetch: fetchWithInitialAccessToken(stack, initial_access_token) }
}

async function worksAndRenews(
  client: Pick<v2.Client, 'callTool'>,
  provider: ReturnType<typeof oauthProvider>,
) {
  const before = provider.tokens()
  for (const access_token of [before?.access_token ?? '', 'stale']) {
    provider.saveTokens({ ...before, access_token, token_type: 'Bearer' })
    const { structuredContent } = await client.callTool({ name: 'list_companies', arguments: {} })
    expect(JSON.stringify(structuredContent)).toContain('Harbor Goods LLC')
  }
  expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token)
}

describe('where registration needs an initial access token, a host that has one', () => {
  for (const [transport, Chosen] of [
    ['Streamable HTTP', StreamableHTTPClientTransport],
    ['HTTP+SSE', SSEClientTransport],
  ] as const) {
    verifies(
      ['RS-105', 'CL-13', 'AS-113'],
      `registers, signs in, calls and renews with the v1 SDK over ${transport}`,
      async () => {
        const options = await host()
        const at = Chosen === SSEClientTransport ? sse : url
        const newClient = () => new V1Client({ name: 'v1', version: '1.0.0' })
        const refused = new Chosen(at, options)
        const first = newClient().connect(refused as Transport)
        await expect(first).rejects.toThrow(UnauthorizedError)
        await refused.finishAuth(options.authProvider.callback().get('code') ?? '')
        const client = newClient()
        onTestFinished(() => client.close())
        await client.connect(new Chosen(at, options) as Transport)
        await worksAndRenews(client as unknown as v2.Client, options.authProvider)
      },
    )
  }

  for (const mode of ['auto', { pin: modernVersion }, 'legacy'] as const) {
    verifies(
      ['RS-105', 'CL-13', 'AS-113'],
      `registers, signs in, calls and renews with the v2 client (${typeof mode === 'string' ? mode : mode.pin})`,
      async () => {
        const options = await host()
        const newClient = () =>
          new v2.Client({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode } })
        const refused = new v2.StreamableHTTPClientTransport(url, options)
        await expect(newClient().connect(refused)).rejects.toThrow(v2.UnauthorizedError)
        await refused.finishAuth(options.authProvider.callback())
        const client = newClient()
        onTestFinished(() => client.close())
        await client.connect(new v2.StreamableHTTPClientTransport(url, options))
        await worksAndRenews(client, options.authProvider)
      },
    )
  }
})
