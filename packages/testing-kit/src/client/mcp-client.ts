import type { Client, VersionNegotiationMode } from '@modelcontextprotocol/client'
import type { Decision, PersonName } from '../person/people.ts'
import type { Servers } from './oauth-client.ts'

/** How an MCP client comes to its token, and how it connects. */
export interface McpClientWish {
  /** The bearer that it sends, whatever it is. */
  readonly token?: string
  /** Lets the SDK find, register, ask the person and redeem by itself, as a host does; `true` = everything by default. */
  readonly oauth?: true | McpOAuthWish
  /** Protocol revisions to offer; default `auto`: 2026-07-28, or a session of a 2025 revision. */
  readonly versions?: VersionNegotiationMode
}

/** What the SDK is given for its own OAuth. */
export interface McpOAuthWish {
  /** A client that exists; absent = the SDK registers itself. */
  readonly clientId?: string
  /** Where the client’s metadata document is, which then is its id. */
  readonly clientMetadataUrl?: string
  /** What the SDK registers with; absent = nothing, which `open` registration takes. */
  readonly initialAccessToken?: string
  /** Who signs in; default `owner`. */
  readonly person?: PersonName
  readonly decision?: Decision
}

/** Connects the official SDK’s client (v2) with a bearer token. */
export async function connectWithToken(
  { mcpUrl }: Servers,
  token: string,
  versions: VersionNegotiationMode = 'auto',
): Promise<Client> {
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
  const client = new Client(clientInfo, { versionNegotiation: { mode: versions } })
  const authProvider = { token: async () => token }
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider }))
  return client
}

/** Connects the official SDK’s client (v2) as a host does: refused, sent to sign in, connected. */
export async function connectByOAuth(
  servers: Servers,
  { initialAccessToken, ...wish }: McpOAuthWish,
  versions: VersionNegotiationMode = 'auto',
): Promise<Client> {
  const [{ Client, StreamableHTTPClientTransport, UnauthorizedError }, sdk] = await Promise.all([
    import('@modelcontextprotocol/client'),
    import('./sdk-client.ts'),
  ])
  const authProvider = sdk.oauthProvider(servers, wish)
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(servers.mcpUrl), {
      authProvider,
      ...(initialAccessToken !== undefined && {
        fetch: sdk.fetchWithInitialAccessToken(servers, initialAccessToken),
      }),
    })
  const newClient = () => new Client(clientInfo, { versionNegotiation: { mode: versions } })
  const first = transport()
  const refused = newClient()
  try {
    await refused.connect(first)
    return refused
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error
  }
  await first.finishAuth(authProvider.callback())
  const client = newClient()
  await client.connect(transport())
  return client
}

const clientInfo = { name: 'neonpanel-testing-kit', version: '0.1.0' }
