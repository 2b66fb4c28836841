import { randomText, type Servers } from './oauth-client.ts'
import { createPerson, type Decision, type PersonName } from './people.ts'

interface StoredClient {
  readonly client_id: string
  readonly client_secret?: string
}

interface StoredTokens {
  readonly access_token: string
  readonly token_type: string
  readonly refresh_token?: string
  readonly scope?: string
}

export interface Sessions {
  /** A pre-registered client; without one the SDK registers itself. */
  readonly clientId?: string
  readonly person?: PersonName
  readonly decision?: Decision
  /** Whether the host keeps refresh tokens. */
  readonly keepsRefreshToken?: boolean
}

/**
 * What a host gives the MCP SDK for OAuth (`OAuthClientProvider` of v1 and v2): memory, and a person who is sent to the
 * authorization URL. The SDK itself discovers, registers, asks and redeems.
 */
export function oauthProvider(servers: Servers, wish: Sessions = {}) {
  const { clientId, person = 'owner', decision, keepsRefreshToken = true } = wish
  const someone = createPerson(servers.issuer, person)
  const redirectUrl = 'http://127.0.0.1:51789/callback'
  const asked: URL[] = []
  const state = randomText(12)
  let client: StoredClient | undefined = clientId ? { client_id: clientId } : undefined
  let tokens: StoredTokens | undefined
  let verifier = ''
  let callback = new URLSearchParams()

  return {
    redirectUrl,
    clientMetadata: {
      client_name: 'SDK client',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => state,
    clientInformation: () => client,
    saveClientInformation: (saved: StoredClient) => {
      client = saved
    },
    tokens: () => tokens,
    saveTokens: (saved: StoredTokens) => {
      const { refresh_token: _, ...rest } = saved
      tokens = keepsRefreshToken ? saved : rest
    },
    saveCodeVerifier: (saved: string) => {
      verifier = saved
    },
    codeVerifier: () => verifier,
    redirectToAuthorization: async (url: URL) => {
      asked.push(url)
      callback = (await someone.authorize(url, decision)).searchParams
    },
    /** The parameters that the person’s browser brought back last. */
    callback: () => callback,
    /** The authorization URLs that the SDK made. */
    asked,
  }
}
