import { createPerson } from '@neonpanel/testing-kit/person/people'
import * as oauth from 'oauth4webapi'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { modernMessage } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const redirectUri = 'http://127.0.0.1:51789/callback'
const onLoopback = { [oauth.allowInsecureRequests]: true } as const
const none = oauth.None()

/** From the resource to its authorization server, each document checked against what led to it (RFC 9728, RFC 8414). */
async function discover(algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
  const resource = new URL(stack.mcpUrl)
  const { authorization_servers: [found = ''] = [] } = await oauth.processResourceDiscoveryResponse(
    resource,
    await oauth.resourceDiscoveryRequest(resource, onLoopback),
  )
  const issuer = new URL(found)
  const answer = await oauth.discoveryRequest(issuer, { ...onLoopback, algorithm })
  return oauth.processDiscoveryResponse(issuer, answer)
}

async function register(as: oauth.AuthorizationServer): Promise<oauth.Client> {
  const { initial_access_token: initialAccessToken } = await adminApi(stack).mint()
  const metadata = {
    client_name: 'Relying party',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  }
  const options = { ...onLoopback, initialAccessToken }
  const answer = await oauth.dynamicClientRegistrationRequest(as, metadata, options)
  return oauth.processDynamicClientRegistrationResponse(answer)
}

/** Pushes the request, has it authorized, and checks the answer: state, issuer, errors. */
async function authorize(as: oauth.AuthorizationServer, app: oauth.Client) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const parameters = {
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'read:companies read:inventory',
    resource: stack.mcpUrl,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  const pushed = await oauth.processPushedAuthorizationResponse(
    as,
    app,
    await oauth.pushedAuthorizationRequest(as, app, none, parameters, onLoopback),
  )
  const url = new URL(as.authorization_endpoint ?? '')
  url.searchParams.set('client_id', app.client_id)
  url.searchParams.set('request_uri', pushed.request_uri)
  const callback = await createPerson(stack.issuer).authorize(url)
  return { verifier, state, callback }
}

async function callTool(token: string, options: oauth.ProtectedResourceRequestOptions) {
  const { message, headers } = modernMessage('tools/call', {
    name: 'list_companies',
    arguments: {},
  })
  const answer = await oauth.protectedResourceRequest(
    token,
    'POST',
    new URL(stack.mcpUrl),
    new Headers({
      ...headers,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    }),
    JSON.stringify(message),
    { ...onLoopback, ...options },
  )
  return { status: answer.status, text: await answer.text() }
}

describe('oauth4webapi', () => {
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    for (const bound of [false, true]) {
      verifies(
        [
          'client-oauth4webapi',
          'RS-105',
          'AS-03',
          'AS-113',
          'AS-08',
          'rfc9126-2.2',
          'rfc9449-5',
          'rfc9449-7.1',
        ],
        `finds its way from the resource by ${algorithm} metadata, registers, signs in, calls and renews${bound ? ', bound to a key' : ''}`,
        async () => {
          const as = await discover(algorithm)
          const app = await register(as)
          const key = bound && oauth.DPoP(app, await oauth.generateKeyPair('ES256'))
          const options = { ...onLoopback, ...(key && { DPoP: key }) }
          const { verifier, state, callback } = await authorize(as, app)
          const code = oauth.validateAuthResponse(as, app, callback, state)
          const tokens = await oauth.processAuthorizationCodeResponse(
            as,
            app,
            await oauth.authorizationCodeGrantRequest(
              as,
              app,
              none,
              code,
              redirectUri,
              verifier,
              options,
            ),
          )
          expect(tokens.token_type).toBe(bound ? 'dpop' : 'bearer')
          const called = await callTool(tokens.access_token, options)
          expect(called.text).toContain('Harbor Goods LLC')

          const renewed = await oauth.processRefreshTokenResponse(
            as,
            app,
            await oauth.refreshTokenGrantRequest(
              as,
              app,
              none,
              tokens.refresh_token ?? '',
              options,
            ),
          )
          expect((await callTool(renewed.access_token, options)).status).toBe(200)

          const token = renewed.refresh_token ?? ''
          await oauth.processRevocationResponse(
            await oauth.revocationRequest(as, app, none, token, onLoopback),
          )
          const dead = await oauth.refreshTokenGrantRequest(as, app, none, token, options)
          await expect(oauth.processRefreshTokenResponse(as, app, dead)).rejects.toMatchObject({
            error: 'invalid_grant',
          })
        },
      )
    }
  }

  verifies(
    ['contract-4-header', 'contract-4-claims', 'contract-4-aud'],
    'as a resource server accepts our access token, and not for another audience',
    async () => {
      const as = await discover('oauth2')
      const app = await register(as)
      const { verifier, state, callback } = await authorize(as, app)
      const code = oauth.validateAuthResponse(as, app, callback, state)
      const answer = await oauth.authorizationCodeGrantRequest(
        as,
        app,
        none,
        code,
        redirectUri,
        verifier,
        onLoopback,
      )
      const { access_token } = await oauth.processAuthorizationCodeResponse(as, app, answer)
      const request = new Request(stack.mcpUrl, {
        headers: { authorization: `Bearer ${access_token}` },
      })
      const claims = await oauth.validateJwtAccessToken(as, request, stack.mcpUrl, onLoopback)
      expect(claims.client_id).toBe(app.client_id)
      await expect(
        oauth.validateJwtAccessToken(as, request, 'https://other.example/mcp', onLoopback),
      ).rejects.toThrow('unexpected JWT "aud" (audience) claim value')
    },
  )
})
