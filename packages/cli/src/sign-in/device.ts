import { setTimeout as pause } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import { CommandFailure } from '../failure.ts'
import { authenticationOf, clientOf, type KnownClient } from './client.ts'
import { type Discovered, toServer } from './discovery.ts'
import { errorCodeOf, explainRefusal } from './http.ts'
import { type Tokens, tokensFrom } from './tokens.ts'

/** What a person at another device is told (RFC 8628 section 3.2). */
export interface DeviceInvitation {
  readonly userCode: string
  readonly verificationUri: string
  /** With the code in it. */
  readonly verificationUriComplete: string | undefined
  /** Seconds. */
  readonly expiresIn: number
}

const defaultIntervalSeconds = 5

/** Signs in by a code that is entered on any device (RFC 8628). */
export async function signInByDevice(
  { authorizationServer: server, resource }: Discovered,
  client: KnownClient,
  options: {
    readonly scope: string
    readonly signal: AbortSignal
    readonly invite: (invitation: DeviceInvitation) => void
  },
): Promise<Tokens> {
  const authorization = await requestCodes(server, client, { scope: options.scope, resource })
  options.invite({
    userCode: authorization.user_code,
    verificationUri: authorization.verification_uri,
    verificationUriComplete: authorization.verification_uri_complete,
    expiresIn: authorization.expires_in,
  })
  let interval = authorization.interval ?? defaultIntervalSeconds
  for (;;) {
    await pause(interval * 1000, undefined, { signal: options.signal })
    try {
      const response = await oauth.deviceCodeGrantRequest(
        server,
        clientOf(client),
        authenticationOf(client),
        authorization.device_code,
        { ...toServer(server), additionalParameters: { resource } },
      )
      const answer = await oauth.processDeviceCodeResponse(server, clientOf(client), response)
      return tokensFrom(answer, options)
    } catch (error) {
      interval += secondsToAdd(error)
    }
  }
}

async function requestCodes(
  server: oauth.AuthorizationServer,
  client: KnownClient,
  parameters: { scope: string; resource: string },
) {
  if (server.device_authorization_endpoint === undefined) {
    throw new CommandFailure(
      `${server.issuer} has no device authorization endpoint (RFC 8628). Leave out --device; --no-browser shows an address to open instead.`,
    )
  }
  const { scope, resource } = parameters
  try {
    const response = await oauth.deviceAuthorizationRequest(
      server,
      clientOf(client),
      authenticationOf(client),
      { ...(scope && { scope }), resource },
      toServer(server),
    )
    return await oauth.processDeviceAuthorizationResponse(server, clientOf(client), response)
  } catch (error) {
    throw explainRefusal(error, `ask ${server.issuer} for a code`)
  }
}

/** RFC 8628 section 3.5. */
function secondsToAdd(error: unknown): number {
  switch (errorCodeOf(error)) {
    case 'authorization_pending':
      return 0
    case 'slow_down':
      return 5
    case 'access_denied':
      throw new CommandFailure('Access was denied on the other device. Nothing was stored.')
    case 'expired_token':
      throw new CommandFailure('The code expired before it was entered. Run neonpanel login again.')
    default:
      throw explainRefusal(error, 'sign in with the code')
  }
}
