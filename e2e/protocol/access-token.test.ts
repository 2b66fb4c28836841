import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect } from 'vitest'
import { callTool } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

describe('an access token', () => {
  verifies(
    ['contract-4-header', 'AS-103', 'AS-105'],
    'has typ at+jwt, alg ES256 and the kid of a published key',
    async () => {
      const { access_token } = await tokensFor(stack)
      const { header } = contentsOf(access_token)
      expect(Object.keys(header).sort()).toEqual(['alg', 'kid', 'typ'])
      expect(header).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
      const keys = createRemoteJWKSet(new URL(`${stack.issuer}/oauth2/jwks`))
      const { protectedHeader } = await jwtVerify(access_token, keys, {
        issuer: stack.issuer,
        audience: stack.mcpUrl,
        typ: 'at+jwt',
        algorithms: ['ES256'],
      })
      expect(protectedHeader.kid).toBe(header.kid)
    },
  )

  verifies(
    [
      'contract-4-claims',
      'contract-4-aud',
      'contract-2.1-mcp-url',
      'contract-4-companies',
      'AS-104',
      'AS-102',
      'AS-97',
    ],
    'has exactly the claims of the contract, aud being MCP_URL',
    async () => {
      const { access_token } = await tokensFor(stack)
      const { claims } = contentsOf(access_token)
      expect(Object.keys(claims).sort()).toEqual(
        [
          'iss',
          'sub',
          'aud',
          'client_id',
          'scope',
          'iat',
          'exp',
          'jti',
          'grant_id',
          'companies',
        ].sort(),
      )
      expect(claims).toMatchObject({
        iss: stack.issuer,
        aud: stack.mcpUrl,
        client_id: 'local-client',
        scope: 'read:companies read:inventory',
      })
      expect(claims.companies).toHaveLength(2)
      const grant = await stack.database.prisma.grant.findUniqueOrThrow({
        where: { id: String(claims.grant_id) },
      })
      expect(grant).toMatchObject({
        personId: claims.sub,
        clientId: 'local-client',
        revokedAt: null,
      })
    },
  )

  verifies(
    'AS-106',
    'names its person by a stable id, and tells nothing else about them',
    async () => {
      const [one, two] = [await tokensFor(stack), await tokensFor(stack)]
      const [first, second] = [
        contentsOf(one.access_token).claims,
        contentsOf(two.access_token).claims,
      ]
      expect(first.sub).toBe(second.sub)
      expect(first.jti).not.toBe(second.jti)
      const person = await stack.database.prisma.person.findUniqueOrThrow({
        where: { id: String(first.sub) },
      })
      const contents = JSON.stringify(first)
      for (const value of [person.email, person.name]) expect(contents).not.toContain(value)
    },
  )

  verifies(
    ['contract-2.1-access-token-ttl', 'AS-83'],
    'lives an hour by default and says so, and as long as ACCESS_TOKEN_TTL_SECONDS when set',
    async () => {
      const usual = await tokensFor(stack)
      expect(usual.expires_in).toBe(3600)
      const { claims } = contentsOf(usual.access_token)
      expect(Number(claims.exp) - Number(claims.iat)).toBe(3600)
      const short = await tokensFor(await stackForTest({ ACCESS_TOKEN_TTL_SECONDS: '77' }))
      expect(short.expires_in).toBe(77)
    },
  )

  verifies(
    'contract-2.1-format',
    'is opaque when ACCESS_TOKEN_FORMAT says so, and opens /mcp all the same',
    async () => {
      const opaque = await stackForTest({ ACCESS_TOKEN_FORMAT: 'opaque' })
      const { access_token, client } = await tokensFor(opaque, { person: 'analyst' })
      expect(access_token).toMatch(/^[\w-]{22,}$/)
      const answer = await callTool(opaque.mcpUrl, access_token, 'list_companies')
      expect(answer.status).toBe(200)
      expect(JSON.stringify(answer.tool.structuredContent)).toContain('Tallow Studio')
      const refused = await callTool(opaque.mcpUrl, access_token, 'get_item_landed_cost', {
        item_id: 'x',
      })
      expect(refused.status).toBe(403)
      await client.revoke(access_token)
      await expect
        .poll(async () => (await callTool(opaque.mcpUrl, access_token, 'list_companies')).status, {
          timeout: 8_000,
        })
        .toBe(401)
    },
  )
})
