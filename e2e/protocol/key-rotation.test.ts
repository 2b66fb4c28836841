import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { decodeProtectedHeader } from 'jose'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { callTool } from '../harness/mcp.ts'
import { stackForTest } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

type Stack = Awaited<ReturnType<typeof stackForTest>>

const minute = 60

const kidOf = (token: string) => decodeProtectedHeader(token).kid

async function publishedBy(stack: Stack) {
  const { body } = await send<{ keys: { kid: string; alg: string }[] }>(
    `${stack.issuer}/oauth2/jwks`,
  )
  return body.keys.map(({ kid }) => kid)
}

const statusAtMcp = async (stack: Stack, token: string) =>
  (await callTool(stack.mcpUrl, token, 'list_companies')).status

describe('a rotation of the signing keys', () => {
  verifies(
    'AS-20',
    'costs nobody a 401: not before the new key signs, not after, not until the last token of the old one is over',
    async () => {
      const stack = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
      const tokens = await tokensFor(stack)
      let refreshToken = tokens.refresh_token
      const nextToken = async () => {
        const { body } = await tokens.client.refresh(refreshToken)
        refreshToken = body.refresh_token ?? ''
        return body.access_token
      }
      const old = tokens.access_token
      expect(await statusAtMcp(stack, old)).toBe(200)
      expect((await adminApi(stack).post('/keys/rotate', {})).status).toBe(201)

      const waiting = await nextToken()
      expect(kidOf(waiting)).toBe(kidOf(old))
      expect(await publishedBy(stack)).toHaveLength(4)
      for (const token of [old, waiting]) expect(await statusAtMcp(stack, token)).toBe(200)

      passTime(5 * minute + 1)
      const renewed = await nextToken()
      expect(kidOf(renewed)).not.toBe(kidOf(old))
      for (const token of [old, waiting, renewed]) {
        expect(await statusAtMcp(stack, token)).toBe(200)
      }

      passTime(54 * minute)
      for (const token of [old, waiting, renewed]) {
        expect(await statusAtMcp(stack, token)).toBe(200)
      }
      passTime(6 * minute)
      expect(await publishedBy(stack)).toContain(kidOf(old))
      expect(await statusAtMcp(stack, old)).toBe(401)
      passTime(2 * minute)
      expect(await publishedBy(stack)).toEqual(expect.not.arrayContaining([kidOf(old)]))
      expect(await statusAtMcp(stack, await nextToken())).toBe(200)
    },
  )

  verifies('AS-20', 'lets an initial access token of the old key be used to its end', async () => {
    const stack = await stackForTest()
    const admin = adminApi(stack)
    const ttl_seconds = 86_400
    const minted = await admin.mint({ ttl_seconds, max_uses: 2 })
    const token = minted.initial_access_token
    await admin.post('/keys/rotate', {})
    const metadata = { redirect_uris: ['https://app.example/cb'] }
    passTime(ttl_seconds - minute)
    expect((await register(stack, metadata, token)).status).toBe(201)
    expect(await publishedBy(stack)).toContain(kidOf(token))
    passTime(2 * minute)
    expect((await register(stack, metadata, token)).status).toBe(401)
    expect(await publishedBy(stack)).not.toContain(kidOf(token))
  })

  verifies('AS-20', 'that is pressed twice ends nothing either', async () => {
    const stack = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
    const { access_token } = await tokensFor(stack)
    const admin = adminApi(stack)
    await Promise.all([admin.post('/keys/rotate', {}), admin.post('/keys/rotate', {})])
    expect(await statusAtMcp(stack, access_token)).toBe(200)
    passTime(5 * minute + 1)
    expect(await statusAtMcp(stack, access_token)).toBe(200)
    const fresh = await tokensFor(stack)
    expect(kidOf(fresh.access_token)).not.toBe(kidOf(access_token))
    expect(await statusAtMcp(stack, fresh.access_token)).toBe(200)
  })
})
