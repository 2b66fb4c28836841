import * as oauth from 'oauth4webapi'
import { CommandFailure } from '../failure.ts'
import { authenticationOf, clientOf, type KnownClient } from './client.ts'
import { type Discovered, toServer } from './discovery.ts'
import { errorCodeOf, explainRefusal } from './http.ts'
import type { Callback, Loopback } from './loopback.ts'
import { type Tokens, tokensFrom } from './tokens.ts'

/** An authorization request that waits for its answer. */
interface Asked {
  readonly url: URL
  readonly state: string
  readonly verifier: string
}

/** What the browser's way needs besides the servers. */
export interface BrowserOptions {
  readonly scope: string
  readonly loopback: Loopback
  readonly signal: AbortSignal
  /** Shows the address, and opens it or not. */
  readonly show: (url: URL) => void
}

/**
 * Signs in by the authorization code flow with PKCE (OAuth 2.1 section 4.1), in the browser of this computer.
 *
 * @throws whatever the server refuses the client with, before a browser is opened, where it takes pushed requests (RFC 9126)
 */
export async function signInByBrowser(
  discovered: Discovered,
  client: KnownClient,
  options: BrowserOptions,
): Promise<Tokens> {
  const { authorizationServer: server } = discovered
  const asked = await prepareRequest(discovered, client, options)
  options.show(asked.url)
  const callback = await options.loopback.answerTo(asked.state, options.signal)
  try {
    const answer = await redeem(server, client, asked, callback, discovered.resource, options)
    await callback.show({
      title: 'Signed in',
      says: 'The terminal goes on. You can close this window.',
      tone: 'ok',
    })
    return tokensFrom(answer, options)
  } catch (error) {
    const failure = explainAnswer(error, server)
    const [says = ''] = failure.message.split('\n')
    await callback.show({
      title: isDenial(error) ? 'Access was denied' : 'Not signed in',
      says: `${says} You can close this window.`,
      tone: 'failed',
    })
    throw failure
  }
}

async function prepareRequest(
  { authorizationServer: server, resource }: Discovered,
  client: KnownClient,
  { scope, loopback }: BrowserOptions,
): Promise<Asked> {
  if (server.authorization_endpoint === undefined) {
    throw new CommandFailure(`The metadata of ${server.issuer} names no authorization_endpoint.`)
  }
  const state = oauth.generateRandomState()
  const verifier = oauth.generateRandomCodeVerifier()
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: loopback.redirectUri,
    ...(scope && { scope }),
    // OpenID Connect Core section 11: offline access needs the person's consent each time.
    ...(scope.split(' ').includes('offline_access') && { prompt: 'consent' }),
    state,
    resource,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const url = new URL(server.authorization_endpoint)
  const pushed = await push(server, client, parameters)
  const inUrl =
    pushed !== undefined && server.require_pushed_authorization_requests
      ? new URLSearchParams({ client_id: client.clientId, request_uri: pushed })
      : parameters
  for (const [name, value] of inUrl) url.searchParams.set(name, value)
  return { url, state, verifier }
}

/**
 * Pushes the request where the server needs it so, and where it may not know the client: what a browser would show to the
 * person as an error page is then told here. A pushed request lives for a minute, people take longer to follow an address:
 * where both are possible, the address carries the request itself.
 */
async function push(
  server: oauth.AuthorizationServer,
  client: KnownClient,
  parameters: URLSearchParams,
): Promise<string | undefined> {
  if (server.pushed_authorization_request_endpoint === undefined) return undefined
  if (client.source === 'registered' && !server.require_pushed_authorization_requests) {
    return undefined
  }
  try {
    const response = await oauth.pushedAuthorizationRequest(
      server,
      clientOf(client),
      authenticationOf(client),
      parameters,
      toServer(server),
    )
    const answer = await oauth.processPushedAuthorizationResponse(
      server,
      clientOf(client),
      response,
    )
    return answer.request_uri
  } catch (error) {
    // An endpoint that does not work is no reason against a request that need not be pushed.
    if (server.require_pushed_authorization_requests || errorCodeOf(error)) throw error
    return undefined
  }
}

async function redeem(
  server: oauth.AuthorizationServer,
  client: KnownClient,
  { state, verifier }: Asked,
  { url }: Callback,
  resource: string,
  { loopback }: BrowserOptions,
): Promise<oauth.TokenEndpointResponse> {
  // Checks state, error and iss (RFC 9207).
  const parameters = oauth.validateAuthResponse(server, clientOf(client), url, state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    clientOf(client),
    authenticationOf(client),
    parameters,
    loopback.redirectUri,
    verifier,
    { ...toServer(server), additionalParameters: { resource } },
  )
  return oauth.processAuthorizationCodeResponse(server, clientOf(client), response)
}

const isDenial = (error: unknown) =>
  error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied'

function explainAnswer(error: unknown, { issuer }: oauth.AuthorizationServer): CommandFailure {
  if (!(error instanceof oauth.AuthorizationResponseError)) {
    return explainRefusal(error, `finish the sign-in at ${issuer}`)
  }
  const described = error.error_description ? ` (${error.error_description})` : ''
  const says = isDenial(error)
    ? `Access was denied at ${issuer}${described}. Nothing was stored.`
    : `${issuer} refused the request: ${error.error}${described}.`
  return new CommandFailure(says, { cause: error })
}
