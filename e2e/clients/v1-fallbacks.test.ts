import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { oauthProvider } from '@neonpanel/testing-kit/client/sdk-client'
import { describe, expect, onTestFinished } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const { origin } = new URL(stack.mcpUrl)

/** The network as a client sees it that knows nothing of RFC 9728, and of no metadata at all where that is said. */
function networkOf({ knowsMetadata }: { knowsMetadata: boolean }) {
  const asked = new Set<string>()
  const unknown = knowsMetadata ? '/.well-known/oauth-protected-resource' : '/.well-known/'
  const reach: FetchLike = async (target, init) => {
    const url = new URL(target)
    asked.add(`${url.origin}${url.pathname}`)
    if (url.pathname.startsWith(unknown)) return new Response('', { status: 404 })
    // Clients of that time followed redirects; the SDK of today follows none to another origin.
    const response = await fetch(url, { ...init, redirect: 'follow' })
    const headers = new Headers(response.headers)
    headers.delete('www-authenticate')
    return new Response(response.body, { status: response.status, headers })
  }
  return { reach, asked }
}

async function connect(network: ReturnType<typeof networkOf>) {
  const authProvider = oauthProvider(stack)
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(stack.mcpUrl), { authProvider, fetch: network.reach })
  const newClient = () => new Client({ name: 'older', version: '1.0.0' })
  const first = transport()
  await expect(newClient().connect(first as Transport)).rejects.toThrow(UnauthorizedError)
  await first.finishAuth(authProvider.callback().get('code') ?? '')
  const client = newClient()
  onTestFinished(() => client.close())
  await client.connect(transport() as Transport)
  return { client, authProvider }
}

async function expectCalls({ client, authProvider }: Awaited<ReturnType<typeof connect>>) {
  const called = await client.callTool({ name: 'list_companies', arguments: {} })
  expect(JSON.stringify(called)).toContain('Harbor Goods LLC')
  const { access_token = '' } = authProvider.tokens() ?? {}
  expect(contentsOf(access_token).claims.aud).toBe(stack.mcpUrl)
}

describe('a client of 2025-03-26, which knows no protected-resource metadata', () => {
  verifies(
    ['AS-21', 'contract-1.2-mirror', 'decision-7'],
    'finds the authorization server’s metadata on the MCP host, registers, signs in and calls',
    async () => {
      const network = networkOf({ knowsMetadata: true })
      await expectCalls(await connect(network))
      expect(network.asked).toContain(`${origin}/.well-known/oauth-authorization-server`)
      expect(network.asked).toContain(`${stack.issuer}/oauth2/token`)
    },
  )

  verifies(
    ['AS-21', 'decision-7'],
    'finds no metadata at all, and is led on from the default endpoints of the MCP host',
    async () => {
      const network = networkOf({ knowsMetadata: false })
      const connected = await connect(network)
      await expectCalls(connected)
      const [asked] = connected.authProvider.asked
      expect(`${asked?.origin}${asked?.pathname}`).toBe(`${origin}/authorize`)
      expect(network.asked).toContain(`${origin}/register`)
      expect(network.asked).toContain(`${origin}/token`)
    },
  )
})
