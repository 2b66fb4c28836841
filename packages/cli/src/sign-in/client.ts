import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import * as oauth from 'oauth4webapi'
import { CommandFailure } from '../failure.ts'
import { type Discovered, toServer } from './discovery.ts'
import { errorCodeOf, explainRefusal } from './http.ts'

/** Who this program is to an authorization server. */
export interface KnownClient {
  readonly clientId: string
  readonly clientSecret?: string | undefined
  /** How it proves itself at the token endpoint (RFC 7591 section 2). */
  readonly authMethod: AuthMethod
  /** The port that it was registered with, for servers that compare it (RFC 8252 section 7.3 says they must not). */
  readonly redirectPort?: number | undefined
  /** `given` by the person, `registered` now, `remembered` from an earlier sign-in, `demo` = known from this product. */
  readonly source: 'given' | 'registered' | 'remembered' | 'demo'
}

export type AuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post'

/** How to become known, in the order that they are used. */
export interface ClientWish {
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  readonly initialAccessToken?: string | undefined
  readonly device?: boolean | undefined
}

/** The public client of the demo data with any loopback port (CONTRACT section 3.2). */
const demoClientId = 'local-client'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** The client by the id that the person has for it. */
export function givenClient(
  server: oauth.AuthorizationServer,
  clientId: string,
  clientSecret: string | undefined,
  redirectPort: number | undefined,
): KnownClient {
  const authMethod = clientSecret === undefined ? 'none' : secretMethodOf(server)
  return { clientId, clientSecret, authMethod, redirectPort, source: 'given' }
}

/**
 * Registers this program (RFC 7591). Where a stack of this product on this machine lets nobody register without an initial
 * access token, its demo client takes the place.
 *
 * @throws CommandFailure that says which ways are left
 */
export async function registerClient(
  { authorizationServer: server, ...discovered }: Discovered,
  redirectUri: string,
  { initialAccessToken, device }: ClientWish,
): Promise<KnownClient> {
  if (server.registration_endpoint === undefined) {
    const demo = device ? undefined : demoClient(server, discovered)
    if (demo) return demo
    throw new CommandFailure(
      `${server.issuer} registers no clients by itself. Create a public client there with the redirect URI http://127.0.0.1/callback (any port) and name it: neonpanel login --client-id <id>`,
    )
  }
  // With all of them, a client that is remembered serves either way of signing in.
  const grants = ['authorization_code', 'refresh_token', deviceGrant]
  const offered = server.grant_types_supported
  const metadata = {
    client_name: 'NeonPanel command line',
    redirect_uris: [redirectUri],
    grant_types: grants.filter((grant) => offered?.includes(grant) ?? grant !== deviceGrant),
    response_types: ['code'],
    application_type: 'native',
    token_endpoint_auth_method: publicClientsTaken(server) ? 'none' : secretMethodOf(server),
  }
  try {
    const response = await oauth.dynamicClientRegistrationRequest(server, metadata, {
      ...toServer(server),
      ...(initialAccessToken !== undefined && { initialAccessToken }),
    })
    const client = await oauth.processDynamicClientRegistrationResponse(response)
    return {
      clientId: client.client_id,
      clientSecret: client.client_secret as string | undefined,
      authMethod: methodOf(server, client),
      redirectPort: Number(new URL(redirectUri).port),
      source: 'registered',
    }
  } catch (error) {
    // The demo client has the code flow alone.
    const demoHelps = initialAccessToken === undefined && !device && isClosed(error)
    const demo = demoHelps && demoClient(server, discovered)
    if (demo) return demo
    throw registrationRefused(server, error, { initialAccessToken, device })
  }
}

/** The demo data is where a stack of this product runs on this machine. */
function demoClient(
  server: oauth.AuthorizationServer,
  { resourceName }: Pick<Discovered, 'resourceName'>,
): KnownClient | undefined {
  if (resourceName !== 'NeonPanel' || !isLoopbackUrl(server.issuer)) return undefined
  return { clientId: demoClientId, authMethod: 'none', source: 'demo' }
}

/** Registration wants a token, or is not for everybody. */
function isClosed(error: unknown): boolean {
  if (error instanceof oauth.WWWAuthenticateChallengeError) return true
  return error instanceof oauth.ResponseBodyError && [401, 403].includes(error.status)
}

function registrationRefused(
  { issuer }: oauth.AuthorizationServer,
  error: unknown,
  { initialAccessToken, device }: ClientWish,
): CommandFailure {
  const command = device ? 'neonpanel login --device' : 'neonpanel login'
  const failure = explainRefusal(error, `register this program at ${issuer}`)
  if (!isClosed(error)) {
    const advice = `With a client that exists there: ${command} --client-id <id>`
    return new CommandFailure(`${failure.message}\n${advice}`, { cause: error })
  }
  const advice =
    initialAccessToken === undefined
      ? `It registers nobody without an initial access token. Ask its administrator for one (${command} --iat <token>), or for a client id (${command} --client-id <id>). At a NeonPanel server that you run: ${command} --iat "$(neonpanel iat create)"`
      : 'The initial access token was not accepted: it may be expired, used up or revoked. At a NeonPanel server that you run: neonpanel iat create'
  return new CommandFailure(`${failure.message}\n${advice}`, { cause: error })
}

/** The client as the protocol's library takes it. */
export const clientOf = ({ clientId }: KnownClient): oauth.Client => ({ client_id: clientId })

/** How the client proves itself. */
export function authenticationOf({ clientSecret, authMethod }: KnownClient): oauth.ClientAuth {
  if (clientSecret === undefined || authMethod === 'none') return oauth.None()
  return authMethod === 'client_secret_post'
    ? oauth.ClientSecretPost(clientSecret)
    : oauth.ClientSecretBasic(clientSecret)
}

/** Whether an earlier client can do what is wished now: the demo client has no part in the device flow. */
export const serves = ({ clientId }: KnownClient, { device }: ClientWish) =>
  !(device && clientId === demoClientId)

/** Whether the server says that it does not know the client. */
export const isUnknownClient = (error: unknown) => errorCodeOf(error) === 'invalid_client'

/** An absent list means `client_secret_basic` alone (RFC 8414 section 2); servers without the list mostly take both. */
const publicClientsTaken = (server: oauth.AuthorizationServer) =>
  server.token_endpoint_auth_methods_supported?.includes('none') ?? true

function secretMethodOf(server: oauth.AuthorizationServer): AuthMethod {
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post'
}

function methodOf(server: oauth.AuthorizationServer, client: Partial<oauth.Client>): AuthMethod {
  if (client.client_secret === undefined) return 'none'
  const method = client.token_endpoint_auth_method
  if (method === 'client_secret_post' || method === 'client_secret_basic') return method
  return method === 'none' ? 'none' : secretMethodOf(server)
}
