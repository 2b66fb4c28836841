import { createHash, randomBytes } from 'node:crypto'
import {
  type Answer,
  basic,
  bearer,
  parametersOf,
  postForm,
  type RequestParameters,
  sendJson,
} from './http.ts'

export interface TokenBody {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  refresh_token?: string
  id_token?: string
  error?: string
  error_description?: string
}

export interface RegistrationBody {
  client_id: string
  client_secret?: string
  registration_access_token: string
  registration_client_uri: string
  redirect_uris: string[]
  grant_types: string[]
  token_endpoint_auth_method: string
  application_type: string
  error?: string
  error_description?: string
  [member: string]: unknown
}

/** Where a client finds the servers. */
export interface Servers {
  readonly issuer: string
  readonly mcpUrl: string
}

export interface ClientIdentity {
  readonly clientId: string
  readonly clientSecret?: string
  readonly redirectUri: string
}

/** CONTRACT section 3.2, with a port as a native client would have chosen it. */
export const localClient = {
  clientId: 'local-client',
  redirectUri: 'http://127.0.0.1:51789/callback',
} as const satisfies ClientIdentity

export const chatGpt = {
  clientId: 'chatgpt-mcp-connector',
  redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect',
} as const satisfies ClientIdentity

export const claude = {
  clientId: 'claude',
  redirectUri: 'https://claude.ai/api/mcp/auth_callback',
} as const satisfies ClientIdentity

export const demoService = {
  clientId: 'demo-service',
  clientSecret: 'neonpanel-demo-secret',
} as const

/** An authorization request, and what its client must remember until it redeems the code. */
export interface AuthorizationRequest {
  readonly url: string
  readonly parameters: URLSearchParams
  readonly verifier: string
  readonly state: string
}

/** The code challenge of a verifier (RFC 7636 section 4.2, S256). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

export function randomText(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

export type OAuthClient = ReturnType<typeof oauthClient>

/** A client that sends exactly what a test tells it to: the usual parameters, changed, or left out by `undefined`. */
export function oauthClient(servers: Servers, identity: ClientIdentity = localClient) {
  const { clientId, clientSecret, redirectUri } = identity
  const at = (path: string) => `${servers.issuer}/oauth2/${path}`
  const headers = clientSecret ? basic(clientId, clientSecret) : {}
  const idParameter = clientSecret ? {} : { client_id: clientId }
  const post = <Body = Record<string, unknown>>(path: string, parameters: RequestParameters) =>
    postForm<Body>(at(path), { ...idParameter, ...parameters }, headers)

  return {
    ...identity,
    authorization(changes: RequestParameters = {}): AuthorizationRequest {
      const verifier = randomText()
      const state = randomText(12)
      const parameters = parametersOf({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        code_challenge: challengeOf(verifier),
        code_challenge_method: 'S256',
        scope: 'read:companies read:inventory',
        state,
        resource: servers.mcpUrl,
        ...changes,
      })
      return { url: `${at('authorize')}?${parameters}`, parameters, verifier, state }
    },
    redeem: (code: string, verifier: string, changes: RequestParameters = {}) =>
      post<TokenBody>('token', {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
        ...changes,
      }),
    refresh: (token: string, changes: RequestParameters = {}) =>
      post<TokenBody>('token', { grant_type: 'refresh_token', refresh_token: token, ...changes }),
    token: (parameters: RequestParameters) => post<TokenBody>('token', parameters),
    revoke: (token: string, changes: RequestParameters = {}) =>
      post('revoke', { token, ...changes }),
    introspect: (token: string, changes: RequestParameters = {}) =>
      post('introspect', { token, ...changes }),
  }
}

/** Registers a client (RFC 7591); `iat` is the initial access token, if any. */
export function register(
  servers: Servers,
  metadata: unknown,
  iat?: string,
): Promise<Answer<RegistrationBody>> {
  const headers = iat === undefined ? {} : bearer(iat)
  return sendJson<RegistrationBody>('POST', `${servers.issuer}/oauth2/register`, metadata, headers)
}
