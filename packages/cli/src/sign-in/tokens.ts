import * as oauth from 'oauth4webapi'
import { CommandFailure } from '../failure.ts'
import { authenticationOf, clientOf, type KnownClient } from './client.ts'
import { findAuthorizationServer, toServer } from './discovery.ts'
import { errorCodeOf, explainRefusal } from './http.ts'

/** What a sign-in gives. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  /** What was granted; as it was asked for where the server does not say (RFC 6749 section 5.1). */
  readonly scope: string
  /** Epoch seconds; absent where the server does not say. */
  readonly expiresAt?: number | undefined
  /** Seconds, as the server said. */
  readonly lifetime?: number | undefined
}

/** Reads a token answer; `before` = what holds where it is silent. */
export function tokensFrom(
  answer: oauth.TokenEndpointResponse,
  before: { readonly scope: string; readonly refreshToken?: string | undefined },
): Tokens {
  const { expires_in: lifetime } = answer
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? before.refreshToken,
    scope: answer.scope ?? before.scope,
    ...(lifetime !== undefined && {
      lifetime,
      expiresAt: Math.floor(Date.now() / 1000) + lifetime,
    }),
  }
}

/** Where a token was issued, to whom and for what. */
export interface Issued {
  readonly issuer: string
  readonly resource: string
  readonly client: KnownClient
  readonly tokens: Tokens
}

/** The refresh token is of no more use: expired, revoked or used before. Only signing in again helps. */
export class SignInEnded extends CommandFailure {}

/**
 * Renews an access token (RFC 6749 section 6). The refresh token that comes with it takes the place of the old one.
 *
 * @throws SignInEnded when the server takes the refresh token no more
 */
export async function renew({ issuer, resource, client, tokens }: Issued): Promise<Tokens> {
  const { refreshToken } = tokens
  if (refreshToken === undefined) {
    throw new SignInEnded('The access token is used up, and the server gave no refresh token.')
  }
  const server = await findAuthorizationServer(issuer)
  try {
    const response = await oauth.refreshTokenGrantRequest(
      server,
      clientOf(client),
      authenticationOf(client),
      refreshToken,
      { ...toServer(server), additionalParameters: { resource } },
    )
    const answer = await oauth.processRefreshTokenResponse(server, clientOf(client), response)
    return tokensFrom(answer, tokens)
  } catch (error) {
    const failure = explainRefusal(error, `renew the access token at ${issuer}`)
    if (['invalid_grant', 'invalid_client'].includes(errorCodeOf(error) ?? '')) {
      throw new SignInEnded(failure.message, { cause: error })
    }
    throw failure
  }
}

/**
 * Ends the tokens at the server (RFC 7009).
 *
 * @returns false where the server offers no revocation
 */
export async function revoke({ issuer, client, tokens }: Issued): Promise<boolean> {
  const server = await findAuthorizationServer(issuer)
  if (server.revocation_endpoint === undefined) return false
  const { refreshToken, accessToken } = tokens
  try {
    // A server may end the access token along with the refresh token, or not (RFC 7009 section 2.1).
    for (const token of [refreshToken, accessToken]) {
      if (token === undefined) continue
      const response = await oauth.revocationRequest(
        server,
        clientOf(client),
        authenticationOf(client),
        token,
        toServer(server),
      )
      await oauth.processRevocationResponse(response)
    }
    return true
  } catch (error) {
    throw explainRefusal(error, `revoke the tokens at ${issuer}`)
  }
}
