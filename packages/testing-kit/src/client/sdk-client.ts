import type { OAuthDiscoveryState } from '@modelcontextprotocol/client'
import { createPerson, type Decision, type PersonName } from '../person/people.ts'
import { randomText, type Servers } from './oauth-client.ts'

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
  /** Where the host's metadata document is; the SDK takes it for the client id where the server can read it. */
  readonly clientMetadataUrl?: string
  readonly person?: PersonName
  readonly decision?: Decision
  /** Whether the host keeps refresh tokens. */
  readonly keepsRefreshToken?: boolean
}

export const sdkRedirectUrl = 'http://127.0.0.1:51789/callback'

/** A host's `fetch` that shows an initial access token where the SDK registers: the SDKs have no option for it. */
export function fetchWithInitialAccessToken(servers: Servers, token: string): typeof fetch {
  return (url, init) => {
    const headers = new Headers(init?.headers)
    if (String(url) === `${servers.issuer}/oauth2/register`) {
      headers.set('authorization', `Bearer ${token}`)
    }
    return fetch(url, { ...init, headers })
  }
}

/**
 * What a host gives the MCP SDK for OAuth (`OAuthClientProvider` of v1 and v2): memory, and a person who is sent to the
 * authorization URL. The SDK itself discovers, registers, asks and redeems.
 */
export function oauthProvider(servers: Servers, wish: Sessions = {}) {
  const { clientId, clientMetadataUrl, person = 'owner', decision, keepsRefreshToken = true } = wish
  const someone = createPerson(servers.issuer, person)
  const redirectUrl = sdkRedirectUrl
  const asked: URL[] = []
  const state = randomText(12)
  let client: StoredClient | undefined = clientId ? { client_id: clientId } : undefined
  let tokens: StoredTokens | undefined
  let verifier = ''
  let discovered: OAuthDiscoveryState | undefined
  let callback = new URLSearchParams()

  return {
    redirectUrl,
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
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
    discoveryState: () => discovered,
    saveDiscoveryState: (state: OAuthDiscoveryState) => {
      discovered = state
    },
    forgetTokens: () => {
      tokens = undefined
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
