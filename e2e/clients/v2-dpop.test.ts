import {
  Client,
  DpopSession,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { oauthProvider } from '@neonpanel/testing-kit/client/sdk-client'
import { expect, onTestFinished } from 'vitest'
import { modernVersion } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

/** A host that gives the SDK a key. */
async function hostWithKey() {
  const session = await DpopSession.create()
  const provider = {
    ...oauthProvider(stack, { clientId: 'local-client' }),
    dpop: () => session,
  }
  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(stack.mcpUrl), { authProvider: provider })
  return { session, provider, newTransport }
}

for (const mode of [{ pin: modernVersion }, 'legacy'] as const) {
  const era = mode === 'legacy' ? 'the legacy era' : `revision ${modernVersion}`
  verifies(
    ['rfc9449-5', 'rfc9449-7.1', 'RS-105', 'RS-18'],
    `the v2 client with a key, in ${era}, signs in, calls, renews and steps up`,
    async () => {
      const { session, provider, newTransport } = await hostWithKey()
      const newClient = () => {
        const client = new Client(
          { name: 'v2', version: '1.0.0' },
          { versionNegotiation: { mode } },
        )
        onTestFinished(() => client.close())
        return client
      }
      const refused = newTransport()
      await expect(newClient().connect(refused)).rejects.toThrow(UnauthorizedError)
      await refused.finishAuth(provider.callback())
      const first = provider.tokens()
      expect(first?.token_type).toBe('DPoP')
      expect(contentsOf(first?.access_token ?? '').claims.cnf).toEqual({ jkt: session.thumbprint })

      const client = newClient()
      const transport = newTransport()
      await client.connect(transport)
      expect((await client.listTools()).tools).toHaveLength(12)
      provider.saveTokens({ ...first, access_token: 'stale', token_type: 'DPoP' })
      const companies = await client.callTool({ name: 'list_companies', arguments: {} })
      expect(JSON.stringify(companies.structuredContent)).toContain('Harbor Goods LLC')
      expect(provider.tokens()?.refresh_token).not.toBe(first?.refresh_token)

      const call = { name: 'get_revenue_and_cogs', arguments: {} }
      await expect(client.callTool(call)).rejects.toThrow(UnauthorizedError)
      await transport.finishAuth(provider.callback())
      expect((await client.callTool(call)).isError ?? false).toBe(false)
    },
  )
}
