import { demoService } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import * as client from 'openid-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { approveDevice } from '../harness/device.ts'
import { callTool as callToolByHand, modernMessage } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const issuer = new URL(stack.issuer)
const redirect_uri = 'http://127.0.0.1:51789/callback'
const scope = 'openid read:companies read:inventory'
const onLoopback = { execute: [client.allowInsecureRequests] }

/** Registers an app, as one does that has an initial access token. */
async function register(metadata: Partial<client.ClientMetadata> = {}) {
  const { initial_access_token: initialAccessToken } = await adminApi(stack).mint()
  const asked = {
    client_name: 'Relying party',
    redirect_uris: [redirect_uri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...metadata,
  }
  return client.dynamicClientRegistration(issuer, asked, undefined, {
    ...onLoopback,
    initialAccessToken,
  })
}

/** The code flow, by a pushed request or a plain one. */
async function signIn(
  config: client.Configuration,
  {
    pushed = false,
    target = { scope, resource: stack.mcpUrl },
    DPoP,
  }: { pushed?: boolean; target?: Record<string, string>; DPoP?: client.DPoPHandle } = {},
) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const parameters = {
    redirect_uri,
    ...target,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const options = DPoP ? { DPoP } : {}
  const url = pushed
    ? await client.buildAuthorizationUrlWithPAR(config, parameters, options)
    : client.buildAuthorizationUrl(config, parameters)
  const callback = await createPerson(stack.issuer).authorize(url)
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  const tokens = await client.authorizationCodeGrant(config, callback, checks, undefined, options)
  return { url, callback, checks, tokens }
}

/** Calls a tool by the library's own request, proof included. */
async function callTool(config: client.Configuration, token: string, DPoP?: client.DPoPHandle) {
  const { message, headers } = modernMessage('tools/call', {
    name: 'list_companies',
    arguments: {},
  })
  const answer = await client.fetchProtectedResource(
    config,
    token,
    new URL(stack.mcpUrl),
    'POST',
    JSON.stringify(message),
    new Headers({
      ...headers,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    }),
    DPoP ? { DPoP } : {},
  )
  return { status: answer.status, text: await answer.text() }
}

describe('openid-client', () => {
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    verifies(
      ['client-openid-client', 'contract-1.1-metadata', 'AS-01', 'AS-02', 'AS-03'],
      `discovers the issuer by its ${algorithm} metadata`,
      async () => {
        const config = await client.discovery(issuer, 'local-client', undefined, client.None(), {
          ...onLoopback,
          algorithm,
        })
        const metadata = config.serverMetadata()
        expect(metadata.issuer).toBe(stack.issuer)
        expect(metadata.supportsPKCE()).toBe(true)
      },
    )
  }

  for (const pushed of [false, true]) {
    verifies(
      ['client-openid-client', 'AS-113', 'AS-08', 'AS-97', 'rfc9126-2.2', 'RS-105'],
      `registers with an initial access token, signs in (${pushed ? 'pushed' : 'plain'} request), calls, renews and revokes`,
      async () => {
        const config = await register()
        const { url, callback, tokens } = await signIn(config, { pushed })
        expect(url.searchParams.has('request_uri')).toBe(pushed)
        expect(callback.searchParams.get('iss')).toBe(stack.issuer)
        expect(scopesOf(tokens.scope)).toEqual(expect.arrayContaining(['read:inventory']))
        expect((await callTool(config, tokens.access_token)).text).toContain('Harbor Goods LLC')

        const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', {
          resource: stack.mcpUrl,
        })
        expect((await callTool(config, renewed.access_token)).status).toBe(200)

        await client.tokenRevocation(config, renewed.refresh_token ?? '')
        await expect(
          client.refreshTokenGrant(config, renewed.refresh_token ?? ''),
        ).rejects.toMatchObject({ error: 'invalid_grant' })
      },
    )
  }

  verifies(
    ['AS-08', 'AS-50'],
    'finds the mix-up when the answer names another issuer',
    async () => {
      const config = await register()
      const { callback, checks } = await signIn(config)
      callback.searchParams.set('iss', 'https://attacker.example')
      const redeemed = client.authorizationCodeGrant(config, callback, checks)
      await expect(redeemed).rejects.toMatchObject({
        code: 'OAUTH_INVALID_RESPONSE',
        cause: { message: 'unexpected "iss" (issuer) response parameter value' },
      })
    },
  )

  for (const pushed of [false, true]) {
    verifies(
      ['RS-18', 'rfc9126-2.2'],
      `steps up by a ${pushed ? 'pushed' : 'plain'} request for the scope that a call lacked alone, and keeps the others`,
      async () => {
        const config = await register()
        const least = { scope: 'openid read:inventory', resource: stack.mcpUrl }
        const { tokens: first } = await signIn(config, { target: least })
        const refused = await callToolByHand(stack.mcpUrl, first.access_token, 'get_item_cogs')
        expect(refused.status).toBe(403)
        const target = { scope: 'openid read:cogs', resource: stack.mcpUrl }
        const { tokens } = await signIn(config, { pushed, target })
        expect(scopesOf(tokens.scope)).toEqual(
          expect.arrayContaining(['read:cogs', 'read:companies', 'read:inventory']),
        )
      },
    )
  }

  verifies(
    ['rfc9449-5', 'rfc9449-7.1', 'rfc9449-8'],
    'binds its tokens to a key: code, call and renewal with proofs',
    async () => {
      const config = await register()
      const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
      const { tokens } = await signIn(config, { pushed: true, DPoP })
      expect(tokens.token_type).toBe('dpop')
      expect((await callTool(config, tokens.access_token, DPoP)).text).toContain('Harbor Goods LLC')
      expect(tokens.refresh_token).toEqual(expect.any(String))
      const renewed = await client.refreshTokenGrant(
        config,
        tokens.refresh_token ?? '',
        undefined,
        {
          DPoP,
        },
      )
      expect((await callTool(config, renewed.access_token, DPoP)).status).toBe(200)
      await expect(client.refreshTokenGrant(config, renewed.refresh_token ?? '')).rejects.toThrow()
    },
  )

  verifies(
    ['contract-1.1-device', 'rfc8628-3.2', 'rfc8628-3.5'],
    'connects a device: a code that the person enters, polling, a call',
    async () => {
      const config = await register({
        redirect_uris: [],
        response_types: [],
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      })
      const started = await client.initiateDeviceAuthorization(config, {
        scope: 'read:companies read:inventory',
        resource: stack.mcpUrl,
      })
      await approveDevice(stack, createPerson(stack.issuer), started.user_code)
      const tokens = await client.pollDeviceAuthorizationGrant(config, { ...started, interval: 0 })
      expect((await callTool(config, tokens.access_token)).text).toContain('Harbor Goods LLC')
      const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect((await callTool(config, renewed.access_token)).status).toBe(200)
    },
  )

  verifies(
    ['contract-1.1-introspect', 'contract-1.1-userinfo'],
    'learns who signed in; serves itself with client credentials and asks what its token is worth',
    async () => {
      const app = await register()
      const { tokens } = await signIn(app, { target: { scope: 'openid email' } })
      const subject = tokens.claims()?.sub ?? ''
      const person = await client.fetchUserInfo(app, tokens.access_token, subject)
      expect(person.email).toBe('owner@neonpanel.test')

      const config = await client.discovery(
        issuer,
        demoService.clientId,
        demoService.clientSecret,
        client.ClientSecretBasic(demoService.clientSecret),
        onLoopback,
      )
      const own = await client.clientCredentialsGrant(config, { resource: stack.mcpUrl })
      expect(await client.tokenIntrospection(config, own.access_token)).toMatchObject({
        active: true,
        client_id: demoService.clientId,
        aud: stack.mcpUrl,
      })
      await client.tokenRevocation(config, own.access_token)
      expect((await client.tokenIntrospection(config, own.access_token)).active).toBe(false)
    },
  )
})
