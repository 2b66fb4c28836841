import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { parseChallenge } from '../harness/challenge.ts'
import { passTime } from '../harness/clock.ts'
import { callTool, mcpRequest, openSession, rpc } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token, id_token } = await tokensFor(stack, { scope: 'openid read:inventory' })
const { header, claims } = contentsOf(access_token)
const strangers = await generateKeyPair('ES256')
const jwks = await send<{ keys: object[] }>(`${stack.issuer}/oauth2/jwks`)

/** A token that says what the real one says, signed by a stranger’s key. */
function forged(
  changes: Record<string, unknown> = {},
  headerChanges: Record<string, unknown> = {},
) {
  return new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ ...header, alg: 'ES256', ...headerChanges })
    .sign(strangers.privateKey)
}

async function expectRefusal(token: string) {
  const answer = await callTool(stack.mcpUrl, token, 'list_companies')
  expect(answer.status).toBe(401)
  expect(parseChallenge(answer.headers).parameters.error).toBe('invalid_token')
}

describe('the resource server', () => {
  verifies('RS-23', 'accepts the real token', async () => {
    expect((await callTool(stack.mcpUrl, access_token, 'list_companies')).status).toBe(200)
  })

  verifies(['RS-23', 'RS-24'], 'refuses a token signed by anyone else', async () => {
    await expectRefusal(await forged())
    await expectRefusal(await forged({}, { kid: 'unknown' }))
    await expectRefusal(await forged({ iss: 'https://evil.example' }))
  })

  verifies(
    'RS-23',
    'refuses a token without signature, and one signed with the public key as a secret',
    async () => {
      await expectRefusal(new UnsecuredJWT(claims).encode())
      const secret = new TextEncoder().encode(JSON.stringify(jwks.body.keys[0]))
      const confused = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: header.kid ?? '' })
        .sign(secret)
      await expectRefusal(confused)
    },
  )

  verifies('RS-23', 'refuses a token whose contents were changed', async () => {
    const [head = '', , signature = ''] = access_token.split('.')
    const wider = { ...claims, scope: 'read:companies write:import' }
    const payload = Buffer.from(JSON.stringify(wider)).toString('base64url')
    await expectRefusal(`${head}.${payload}.${signature}`)
  })

  verifies(
    'RS-26',
    'takes keys from the authorization server only, whatever the header offers',
    async () => {
      const jwk = { ...(jwks.body.keys[0] as object) }
      for (const offered of [
        { jku: 'https://evil.example/jwks' },
        { x5u: 'https://evil.example/cert' },
        { jwk },
        { kid: '../../../etc/passwd' },
        { kid: "' OR 1=1 --" },
      ]) {
        await expectRefusal(await forged({}, offered))
      }
    },
  )

  verifies('RS-25', 'refuses an ID token', async () => {
    await expectRefusal(id_token ?? '')
  })

  verifies('RS-30', 'refuses a token of another stack', async () => {
    const other = await stackForTest()
    const foreign = await tokensFor(other)
    await expectRefusal(foreign.access_token)
  })

  verifies('RS-24', 'refuses a token of the right key that says anything wrong', async () => {
    const mint = async (wrong: object) => {
      const wish = { person: 'owner@neonpanel.test', ...wrong }
      const { status, body } = await adminApi(stack).post<{ token: string }>('/tokens', wish)
      expect(status).toBe(201)
      return body.token
    }
    const good = await mint({})
    expect((await callTool(stack.mcpUrl, good, 'list_companies')).status).toBe(200)
    for (const wrong of [
      { claims: { aud: 'https://other.example/mcp' } },
      { claims: { aud: `${stack.mcpUrl}/` } },
      { claims: { aud: stack.issuer } },
      { claims: { aud: null } },
      { claims: { iss: 'https://evil.example' } },
      { claims: { iss: `${stack.issuer}/` } },
      { claims: { exp: null } },
      { claims: { sub: null } },
      { claims: { client_id: null } },
      { claims: { nbf: Math.floor(Date.now() / 1000) + 600 } },
      { claims: { grant_id: 'no-such-grant' } },
      { ttl_seconds: -30 },
      { header: { typ: 'JWT' } },
      { header: { typ: 'iat+jwt' } },
      { header: { kid: 'no-such-key' } },
      { key: 'rogue' },
      { key: 'none' },
    ]) {
      const answer = await callTool(stack.mcpUrl, await mint(wrong), 'list_companies')
      expect(answer.status, JSON.stringify(wrong)).toBe(401)
    }
  })

  verifies('RS-24', 'refuses an expired token', async () => {
    const fresh = await tokensFor(stack)
    expect((await callTool(stack.mcpUrl, fresh.access_token, 'list_companies')).status).toBe(200)
    passTime(3600 + 30)
    await expectRefusal(fresh.access_token)
  })

  verifies(
    'RS-20',
    'judges the token before its scopes: expired or foreign is 401, also where a scope is missing',
    async () => {
      const mint = async (wish: object) => {
        const narrow = { person: 'owner@neonpanel.test', scope: 'read:companies', ...wish }
        return (await adminApi(stack).post<{ token: string }>('/tokens', narrow)).body.token
      }
      const beyond = async (token: string) => {
        const { status, headers } = await callTool(stack.mcpUrl, token, 'get_revenue_and_cogs')
        return [status, parseChallenge(headers).parameters.error]
      }
      expect(await beyond(await mint({}))).toEqual([403, 'insufficient_scope'])
      for (const bad of [
        { ttl_seconds: -30 },
        { claims: { aud: 'https://other.example/mcp' } },
        { claims: { exp: null } },
      ]) {
        expect(await beyond(await mint(bad)), JSON.stringify(bad)).toEqual([401, 'invalid_token'])
      }
    },
  )

  verifies(['RS-21', 'RS-83'], 'asks for the token on every request of a session', async () => {
    const tokens = await tokensFor(stack)
    const session = await openSession(stack.mcpUrl, tokens.access_token, '2025-11-25')
    for (const [method, message] of [
      ['POST', rpc('tools/list')],
      ['GET', undefined],
      ['DELETE', undefined],
    ] as const) {
      const without = await mcpRequest(stack.mcpUrl, message, session.headers, method)
      expect(without.status, method).toBe(401)
    }
    const wrong = await session.request(rpc('tools/list'), bearer('garbage'))
    expect(wrong.status).toBe(401)
    const refreshed = await tokens.client.refresh(tokens.refresh_token)
    const next = await session.request(rpc('tools/list'), bearer(refreshed.body.access_token))
    expect(next.status).toBe(200)
  })
})
