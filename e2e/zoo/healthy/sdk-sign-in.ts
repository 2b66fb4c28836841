import {
  discoverOAuthServerInfo,
  exchangeAuthorization,
  registerClient,
  startAuthorization,
} from '@modelcontextprotocol/client'
import type { Session } from '@neonpanel/doctor/servers'
import { sdkRedirectUrl } from '@neonpanel/testing-kit/client/sdk-client'

/** Signs in by the SDK's own steps, where the authorization server sends everybody back at once. */
export async function signInBySdk(mcpUrl: string, scope: string): Promise<Session> {
  const found = await discoverOAuthServerInfo(mcpUrl)
  const { authorizationServerUrl: issuer, authorizationServerMetadata: metadata } = found
  if (!metadata) throw new Error(`${issuer} has no metadata`)
  const resource = new URL(mcpUrl)
  const clientInformation = await registerClient(issuer, {
    metadata,
    clientMetadata: { redirect_uris: [sdkRedirectUrl], token_endpoint_auth_method: 'none' },
  })
  const { authorizationUrl, codeVerifier } = await startAuthorization(issuer, {
    metadata,
    clientInformation,
    redirectUrl: sdkRedirectUrl,
    scope,
    resource,
  })
  const { headers } = await fetch(authorizationUrl, { redirect: 'manual' })
  const callback = new URL(headers.get('location') ?? '')
  const tokens = await exchangeAuthorization(issuer, {
    metadata,
    clientInformation,
    authorizationCode: callback.searchParams.get('code') ?? '',
    codeVerifier,
    redirectUri: sdkRedirectUrl,
    resource,
  })
  return {
    accessToken: tokens.access_token,
    grant: {
      clientId: clientInformation.client_id,
      refreshToken: tokens.refresh_token,
      tokenType: tokens.token_type,
      expiresIn: tokens.expires_in,
      scope: tokens.scope,
      requestedScope: scope,
    },
  }
}
