import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import {
  chatGpt,
  claude,
  localClient,
  oauthClient,
  randomText,
} from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { callTool } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })
const together = 24

describe('an authorization code', () => {
  verifies(
    ['contract-1.1-token', 'AS-73', 'AS-82', 'AS-24', 'AS-84', 'contract-4-refresh-issued'],
    'is redeemed for an access token and a refresh token, which nobody may cache',
    async () => {
      const { redeem } = await codeFlow(stack)
      const { status, headers, body } = await redeem()
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('content-type')).toMatch(/^application\/json/)
      expect(body).toMatchObject({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'read:companies read:inventory',
      })
      expect(body.refresh_token).toMatch(/^[\w-]{22,}$/)
      expect(body.id_token).toBeUndefined()
    },
  )

  verifies(
    ['AS-80', 'rfc6749-4.1.2-single-use'],
    'is redeemed once, even by 24 simultaneous requests',
    async () => {
      const { redeem } = await codeFlow(stack)
      const answers = await Promise.all(Array.from({ length: together }, () => redeem()))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
        expect(status).toBe(400)
        expect(body.error).toBe('invalid_grant')
      }
    },
  )

  verifies('AS-80', 'of a client without refresh tokens is redeemed once as well', async () => {
    const { prisma } = stack.database
    await prisma.client.create({
      data: {
        clientId: 'no-refresh',
        name: 'Without refresh tokens',
        origin: 'administrator',
        metadata: JSON.stringify({
          redirect_uris: ['https://no-refresh.example/cb'],
          grant_types: ['authorization_code'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        }),
      },
    })
    const client = { clientId: 'no-refresh', redirectUri: 'https://no-refresh.example/cb' }
    const { redeem } = await codeFlow(stack, { client })
    const answers = await Promise.all(Array.from({ length: together }, () => redeem()))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(1)
    expect(winners[0]?.body.refresh_token).toBeUndefined()
    expect((await redeem()).body.error).toBe('invalid_grant')
  })

  verifies('AS-78', 'used twice ends the tokens of its first use', async () => {
    const { redeem, client } = await codeFlow(stack)
    const first = await redeem()
    expect((await callTool(stack.mcpUrl, first.body.access_token, 'list_companies')).status).toBe(
      200,
    )
    const second = await redeem()
    expect(second.status).toBe(400)
    expect(second.body.error).toBe('invalid_grant')
    const refreshed = await client.refresh(first.body.refresh_token ?? '')
    expect(refreshed.body.error).toBe('invalid_grant')
    expect((await callTool(stack.mcpUrl, first.body.access_token, 'list_companies')).status).toBe(
      401,
    )
  })

  verifies('AS-79', 'replayed with a wrong verifier ends nothing', async () => {
    const { redeem, client } = await codeFlow(stack)
    const first = await redeem()
    expect((await redeem({ code_verifier: randomText() })).body.error).toBe('invalid_grant')
    expect((await client.refresh(first.body.refresh_token ?? '')).status).toBe(200)
  })

  verifies(['AS-60', 'contract-2.1-code-ttl'], 'lives ten minutes by default', async () => {
    const early = await codeFlow(stack)
    const late = await codeFlow(stack)
    passTime(590)
    expect((await early.redeem()).status).toBe(200)
    passTime(15)
    const { status, body } = await late.redeem()
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_grant')
  })

  verifies(
    'contract-2.1-code-ttl',
    'lives as long as AUTHORIZATION_CODE_TTL_SECONDS says',
    async () => {
      const short = await stackForTest({ AUTHORIZATION_CODE_TTL_SECONDS: '30' })
      const { redeem } = await codeFlow(short)
      passTime(35)
      expect((await redeem()).body.error).toBe('invalid_grant')
    },
  )

  verifies(['AS-60', 'AS-89'], 'belongs to its client', async () => {
    const { code, verifier } = await codeFlow(stack)
    const thief = oauthClient(stack, { ...claude, redirectUri: localClient.redirectUri })
    const { status, body } = await thief.redeem(code, verifier)
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_grant')
  })

  verifies('AS-81', 'needs no redirect_uri again, but a different one is refused', async () => {
    const different = await codeFlow(stack)
    const refused = await different.redeem({ redirect_uri: 'http://127.0.0.1:51790/callback' })
    expect(refused.body.error).toBe('invalid_grant')
    const loopback = await codeFlow(stack)
    expect((await loopback.redeem({ redirect_uri: undefined })).status).toBe(200)
    const several = await codeFlow(stack, { client: chatGpt })
    expect((await several.redeem({ redirect_uri: undefined })).status).toBe(200)
  })

  verifies('AS-94', 'that was never issued is invalid_grant', async () => {
    const { status, body } = await oauthClient(stack).redeem(randomText(), randomText())
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_grant')
  })
})

describe('the token endpoint', () => {
  const url = `${stack.issuer}/oauth2/token`

  verifies('AS-95', 'refuses grants that OAuth 2.1 has removed', async () => {
    for (const grant_type of ['password', 'implicit', 'urn:example:unknown']) {
      const { status, body } = await oauthClient(stack).token({
        grant_type,
        username: 'x',
        password: 'y',
      })
      expect(status).toBe(400)
      expect(body.error).toBe('unsupported_grant_type')
    }
  })

  verifies('AS-73', 'takes forms only', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ grant_type: 'authorization_code', client_id: 'local-client' })
    const answer = await send(url, { method: 'POST', headers, body })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toBe('invalid_request')
  })

  verifies('AS-76', 'reads no secret from the query', async () => {
    const query = new URLSearchParams({
      client_id: 'demo-service',
      client_secret: 'neonpanel-demo-secret',
    })
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const answer = await send(`${url}?${query}`, { method: 'POST', body })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.body.access_token).toBeUndefined()
  })

  verifies('AS-33', 'answers another method with 405 and Allow', async () => {
    const { status, headers } = await send(url)
    expect(status).toBe(405)
    expect(headers.get('allow')).toContain('POST')
  })

  verifies('AS-32', 'refuses a body of a megabyte', async () => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: 'x'.repeat(1 << 20),
    })
    const { status } = await send(url, { method: 'POST', body })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  })

  verifies(
    'AS-27',
    'is readable for the origin of a client’s redirect URI and no other',
    async () => {
      const ask = (origin: string) =>
        send(url, {
          method: 'POST',
          headers: { origin },
          body: new URLSearchParams({
            client_id: chatGpt.clientId,
            grant_type: 'refresh_token',
            refresh_token: 'x',
          }),
        })
      const own = await ask('https://chatgpt.com')
      expect(own.headers.get('access-control-allow-origin')).toBe('https://chatgpt.com')
      for (const origin of ['https://evil.example', 'null']) {
        const answer = await ask(origin)
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
      }
    },
  )
})
