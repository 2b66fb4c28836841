import { StreamableHTTPClientTransport, Client as V2Client } from '@modelcontextprotocol/client'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { oauthProvider, sdkRedirectUrl } from '@neonpanel/testing-kit/client/sdk-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

/** Connects a real client from the beginning to a tool call, and again after its access token was lost. */
export type Journey = (servers: Servers) => Promise<void>

/** What went wrong for a client, in its own words, causes included; `fine` when nothing did. */
export async function outcomeOf(journey: Journey, servers: Servers): Promise<string> {
  try {
    await journey(servers)
    return 'fine'
  } catch (error) {
    return wordsOf(error)
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, error_description: description } = error as Error & Record<string, unknown>
  const own = [error.name, code, error.message, description].filter(Boolean).join(' ')
  return error.cause === undefined ? own : `${own} <- ${wordsOf(error.cause)}`
}

async function untilSentToSignIn(connecting: Promise<unknown>) {
  const refusal = await connecting.then(
    () => new Error('connected without signing in'),
    (error: unknown) => error,
  )
  // Each SDK has a class of this name.
  const isSentToSignIn =
    refusal instanceof Error && refusal.constructor.name === UnauthorizedError.name
  if (!isSentToSignIn) throw refusal
}

/** How a journey’s client reaches the servers. */
interface Network {
  readonly fetch?: typeof fetch
  /** Of each tool call. */
  readonly timeoutMs?: number
}

/** The v1 SDK, registering itself. */
export function v1Journey({ fetch, timeoutMs }: Network = {}): Journey {
  return async (servers) => {
    const provider = oauthProvider(servers)
    await using clients = new AsyncDisposableStack()
    const connect = () => {
      const options = { authProvider: provider, ...(fetch && { fetch }) }
      const transport = new V1Transport(new URL(servers.mcpUrl), options)
      const client = new V1Client({ name: 'v1', version: '1.0.0' })
      clients.defer(() => client.close())
      return { transport, client, connected: client.connect(transport as Transport) }
    }
    const patience = timeoutMs ? { timeout: timeoutMs } : {}
    const call = { name: 'list_companies', arguments: {} }
    const first = connect()
    await untilSentToSignIn(first.connected)
    await first.transport.finishAuth(codeIn(provider.callback()))
    const { client, connected } = connect()
    await connected
    await client.callTool(call, undefined, patience)
    provider.saveTokens({ ...provider.tokens(), access_token: 'lost', token_type: 'Bearer' })
    await client.callTool(call, undefined, patience)
  }
}

/** The v2 client in its newest era, registering itself. */
export function v2Journey({ fetch, timeoutMs }: Network = {}): Journey {
  return async (servers) => {
    const provider = oauthProvider(servers)
    await using clients = new AsyncDisposableStack()
    const connect = () => {
      const options = { authProvider: provider, ...(fetch && { fetch }) }
      const transport = new StreamableHTTPClientTransport(new URL(servers.mcpUrl), options)
      const client = new V2Client(
        { name: 'v2', version: '1.0.0' },
        { versionNegotiation: { mode: 'auto' } },
      )
      clients.defer(() => client.close())
      return { transport, client, connected: client.connect(transport) }
    }
    const patience = timeoutMs ? { timeout: timeoutMs } : {}
    const call = { name: 'list_companies', arguments: {} }
    const first = connect()
    await untilSentToSignIn(first.connected)
    codeIn(provider.callback())
    await first.transport.finishAuth(provider.callback())
    const { client, connected } = connect()
    await connected
    await client.callTool(call, patience)
    provider.saveTokens({ ...provider.tokens(), access_token: 'lost', token_type: 'Bearer' })
    await client.callTool(call, patience)
  }
}

/** What a browser lets a page’s script see of other origins (Fetch standard, CORS protocol). */
export const browserFetch: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers)
  const origin = 'http://localhost:6274'
  const asked = [...headers.keys()].filter((name) => !['accept', 'content-type'].includes(name))
  if (asked.length > 0) {
    const preflight = await fetch(input, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': init?.method ?? 'GET',
        'access-control-request-headers': asked.join(','),
      },
    })
    const allowed = (preflight.headers.get('access-control-allow-headers') ?? '').toLowerCase()
    const refused = asked.filter((name) => !allowed.includes(name))
    if (refused.length > 0) throw new TypeError(`Failed to fetch: ${refused.join()} is not allowed`)
  }
  headers.set('origin', origin)
  const answer = await fetch(input, { ...init, headers })
  const allowed = answer.headers.get('access-control-allow-origin')
  if (allowed === '*' || allowed === origin) return answer
  throw new TypeError('Failed to fetch: no origin is allowed')
}

/** What a host shows when the person comes back without a code. */
function codeIn(callback: URLSearchParams): string {
  const code = callback.get('code')
  if (code !== null) return code
  throw new Error(`${callback.get('error')}: ${callback.get('error_description')}`)
}

const onLoopback = { [oauth.allowInsecureRequests]: true } as const

/** oauth4webapi from the resource’s metadata to a JWT that it verifies, strict at every step. */
export const oauth4webapiJourney: Journey = async (servers) => {
  const resource = new URL(servers.mcpUrl)
  const { authorization_servers: [found = ''] = [] } = await oauth.processResourceDiscoveryResponse(
    resource,
    await oauth.resourceDiscoveryRequest(resource, onLoopback),
  )
  const issuer = new URL(found)
  const options = { ...onLoopback, algorithm: 'oauth2' } as const
  const as = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, options),
  )
  const app = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(
      as,
      { redirect_uris: [sdkRedirectUrl], token_endpoint_auth_method: 'none' },
      onLoopback,
    ),
  )
  // As Codex does: whatever the metadata lists.
  const scope = as.scopes_supported?.join(' ') ?? ''
  const { code, verifier } = await askForCode(servers, as, app, scope)
  const tokens = await oauth.processAuthorizationCodeResponse(
    as,
    app,
    await oauth.authorizationCodeGrantRequest(
      as,
      app,
      oauth.None(),
      code,
      sdkRedirectUrl,
      verifier,
      onLoopback,
    ),
  )
  const request = new Request(servers.mcpUrl, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  await oauth.validateJwtAccessToken(as, request, servers.mcpUrl, onLoopback)
}

async function askForCode(
  servers: Servers,
  as: oauth.AuthorizationServer,
  app: oauth.Client,
  scope: string,
) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(as.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: app.client_id,
    redirect_uri: sdkRedirectUrl,
    response_type: 'code',
    scope,
    resource: servers.mcpUrl,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const callback = await createPerson(servers.issuer).authorize(url)
  return { verifier, code: oauth.validateAuthResponse(as, app, callback, state) }
}

/** openid-client: signs a person in and verifies the ID token, then renews. */
export const openidClientJourney: Journey = async (servers) => {
  const issuer = new URL(servers.issuer)
  const config = await openid.discovery(issuer, 'local-client', undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
  })
  openid.enableNonRepudiationChecks(config)
  // MCP authorization, PKCE: a client must not go on without.
  if (!config.serverMetadata().supportsPKCE()) throw new Error('PKCE is not supported')
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()]
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: sdkRedirectUrl,
    scope: 'openid read:companies',
    resource: servers.mcpUrl,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const callback = await createPerson(servers.issuer).authorize(url)
  const tokens = await openid.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  })
  await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
}
