import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { basic, postForm } from '@neonpanel/testing-kit/client/http'
import { claude, demoService, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const appSecret = 'mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg'
const stack = await testStack({ APP_SECRET: appSecret })
const url = `${stack.issuer}/oauth2/introspect`
const resourceServer = introspectionCredentials(appSecret)
const asResourceServer = basic(resourceServer.clientId, resourceServer.clientSecret)

const introspect = (token: string, headers: Record<string, string> = asResourceServer, more = {}) =>
  postForm(url, { token, ...more }, headers)

describe('introspection', () => {
  verifies(
    ['contract-1.1-introspect', 'AS-160', 'AS-24'],
    'tells the resource server what a living access token says',
    async () => {
      const { access_token } = await tokensFor(stack)
      const { claims } = contentsOf(access_token)
      const { status, headers, body } = await introspect(access_token)
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(body).toMatchObject({
        active: true,
        client_id: 'local-client',
        scope: claims.scope,
        sub: claims.sub,
        aud: stack.mcpUrl,
        iss: stack.issuer,
        exp: claims.exp,
        iat: claims.iat,
        token_type: 'Bearer',
      })
    },
  )

  verifies(
    'AS-159',
    'says nothing but inactive about what is unknown, revoked, expired or forged',
    async () => {
      const revoked = await tokensFor(stack)
      await revoked.client.revoke(revoked.refresh_token)
      const expired = await tokensFor(stack)
      const [head, , signature] = expired.access_token.split('.')
      const forged = [head, Buffer.from('{"sub":"x"}').toString('base64url'), signature].join('.')
      for (const token of ['unknown', 'a.b.c', revoked.access_token, forged]) {
        expect((await introspect(token)).body).toEqual({ active: false })
      }
      passTime(3700)
      expect((await introspect(expired.access_token)).body).toEqual({ active: false })
    },
  )

  verifies('AS-159', 'is refused to anyone who does not authenticate', async () => {
    const { access_token } = await tokensFor(stack)
    for (const headers of [{}, basic('mcp-resource-server', 'wrong'), basic('nobody', 'x')]) {
      const { status, body } = await introspect(access_token, headers)
      expect([400, 401]).toContain(status)
      expect(body).not.toHaveProperty('active')
    }
  })

  verifies('AS-159', 'tells a client about its own tokens only', async () => {
    const { access_token, refresh_token, client } = await tokensFor(stack)
    expect((await client.introspect(access_token)).body.active).toBe(true)
    expect((await client.introspect(refresh_token)).body.active).toBe(true)
    const other = oauthClient(stack, claude)
    expect((await other.introspect(access_token)).body).toEqual({ active: false })
    const service = basic(demoService.clientId, demoService.clientSecret)
    expect((await introspect(refresh_token, service)).body).toEqual({ active: false })
  })

  verifies('AS-158', 'finds a token whatever the hint says', async () => {
    const { access_token } = await tokensFor(stack)
    const { body } = await introspect(access_token, asResourceServer, {
      token_type_hint: 'refresh_token',
    })
    expect(body.active).toBe(true)
  })

  verifies('AS-161', 'tells the resource server about tokens for itself only', async () => {
    const { access_token } = await tokensFor(stack, {
      scope: 'openid profile',
      request: { resource: undefined },
    })
    expect((await introspect(access_token)).body).toEqual({ active: false })
  })

  verifies('AS-161', 'does not take an initial access token for an access token', async () => {
    const minted = await stack.authorizationServer.issueInitialAccessToken({
      ttlSeconds: 60,
      maxUses: 1,
      note: '',
      allowedRedirectHosts: [],
      allowedScopes: [],
      createdBy: 'test',
    })
    expect((await introspect(minted.token)).body).toEqual({ active: false })
  })
})
