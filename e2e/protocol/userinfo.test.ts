import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect } from 'vitest'
import { mcpRequest, rpc } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const url = `${stack.issuer}/oauth2/userinfo`

/** A token of a sign-in that asks for no MCP scope: it is for this server, not for the resource server. */
const identityTokens = (scope = 'openid profile email') =>
  tokensFor(stack, { scope, request: { nonce: 'n-0S6_WzA2Mj', resource: undefined } })

describe('OpenID Connect', () => {
  verifies(
    ['AS-162', 'AS-58'],
    'openid brings an ID token with the nonce, for the client',
    async () => {
      const { id_token, client } = await identityTokens('openid read:inventory')
      const keys = createRemoteJWKSet(new URL(`${stack.issuer}/oauth2/jwks`))
      const { payload, protectedHeader } = await jwtVerify(id_token ?? '', keys, {
        issuer: stack.issuer,
        audience: client.clientId,
      })
      expect(protectedHeader.alg).toBe('RS256')
      expect(payload).toMatchObject({
        nonce: 'n-0S6_WzA2Mj',
        sub: expect.any(String),
        exp: expect.any(Number),
        iat: expect.any(Number),
      })
    },
  )

  verifies('AS-58', 'without openid there is no ID token', async () => {
    expect((await tokensFor(stack)).id_token).toBeUndefined()
  })

  verifies(
    ['contract-1.1-userinfo', 'AS-163', 'AS-99'],
    'userinfo tells the name and address that were asked for, by GET and by POST',
    async () => {
      const { access_token, id_token } = await identityTokens()
      const sub = JSON.parse(Buffer.from(id_token?.split('.')[1] ?? '', 'base64url').toString()).sub
      for (const method of ['GET', 'POST']) {
        const { status, body } = await send(url, { method, headers: bearer(access_token) })
        expect(status).toBe(200)
        expect(body).toMatchObject({ sub, email: 'owner@neonpanel.test', name: expect.any(String) })
      }
    },
  )

  verifies('AS-163', 'userinfo tells no more than the scope', async () => {
    const { access_token } = await identityTokens('openid')
    const { body } = await send(url, { headers: bearer(access_token) })
    expect(Object.keys(body)).toEqual(['sub'])
  })

  verifies('AS-107', 'userinfo refuses an MCP token, an unknown one, and none', async () => {
    const { access_token } = await tokensFor(stack)
    for (const headers of [bearer(access_token), bearer('unknown'), {}]) {
      const { status, headers: answered, body } = await send(url, { headers })
      expect(status).toBe(401)
      expect(answered.get('www-authenticate')).toMatch(/^Bearer\b/)
      expect(body).not.toHaveProperty('sub')
    }
  })

  verifies('RS-25', 'neither an ID token nor a userinfo token opens /mcp', async () => {
    const { access_token, id_token } = await identityTokens()
    for (const token of [access_token, id_token ?? '']) {
      expect((await mcpRequest(stack.mcpUrl, rpc('ping'), bearer(token))).status).toBe(401)
    }
  })
})
