import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'

export interface Tokens {
  access_token: string
  refresh_token: string
}

/** The person's permission has ended: nothing helps but to ask them again. */
export class SignInAgain extends Error {}

/** What is tested here: it reads stock from an MCP server, with tokens that it renews. */
export function createStockReader({
  issuer,
  mcpUrl,
  clientId,
  tokens,
}: {
  issuer: string
  mcpUrl: string
  clientId: string
  tokens: Tokens
}) {
  let held = tokens

  async function read(limit: number) {
    const client = new Client({ name: 'stock-reader', version: '1.0.0' })
    const authProvider = { token: async () => held.access_token }
    await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider }))
    try {
      const { structuredContent } = await client.callTool({
        name: 'get_inventory_items',
        arguments: { limit },
      })
      return (structuredContent as { items: { sku: string }[] }).items
    } finally {
      await client.close()
    }
  }

  async function renew(): Promise<void> {
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: held.refresh_token,
      }),
    })
    if (!response.headers.get('content-type')?.includes('application/json')) {
      throw new Error(`The token endpoint answered ${response.status} without JSON`)
    }
    const answer = (await response.json()) as Tokens & { error?: string }
    if (answer.error === 'invalid_grant') throw new SignInAgain('The permission has ended')
    held = answer
  }

  return {
    /** The first items in stock. Throws `SignInAgain` when the person must be asked anew. */
    async items(limit: number) {
      try {
        return await read(limit)
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error
        await renew()
        return read(limit)
      }
    },
  }
}
