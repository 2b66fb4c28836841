import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { claude, localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { callTool } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })
const strict = await testStack({ REFRESH_LEEWAY_SECONDS: '0', REVOCATION_CHECK_SECONDS: '0' })
const leewaySeconds = 10

describe('a refresh token', () => {
  verifies(
    ['contract-4-refresh-rotation', 'AS-86', 'AS-24'],
    'is opaque, and replaced by another with every access token that it brings',
    async () => {
      const first = await tokensFor(stack)
      expect(first.refresh_token).toMatch(/^[\w-]{22,}$/)
      const { status, headers, body } = await first.client.refresh(first.refresh_token)
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(body.refresh_token).not.toBe(first.refresh_token)
      expect(body.access_token).not.toBe(first.access_token)
      const [before, after] = [
        contentsOf(first.access_token).claims,
        contentsOf(body.access_token).claims,
      ]
      for (const claim of ['sub', 'aud', 'client_id', 'scope', 'grant_id'] as const) {
        expect(after[claim]).toEqual(before[claim])
      }
      expect((await callTool(stack.mcpUrl, body.access_token, 'list_companies')).status).toBe(200)
      expect((await first.client.refresh(body.refresh_token ?? '')).status).toBe(200)
    },
  )

  verifies(
    ['contract-2.1-leeway', 'AS-88'],
    'retried within the leeway gets a good answer, whose token works',
    async () => {
      const { refresh_token, client } = await tokensFor(stack)
      const lost = await client.refresh(refresh_token)
      expect(lost.status).toBe(200)
      const retried = await client.refresh(refresh_token)
      expect(retried.status).toBe(200)
      expect((await client.refresh(retried.body.refresh_token ?? '')).status).toBe(200)
    },
  )

  verifies(
    ['contract-2.1-leeway', 'AS-88'],
    'used by several windows of one client at once serves them all',
    async () => {
      const { refresh_token, client } = await tokensFor(stack)
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => client.refresh(refresh_token)),
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
      const alive = await Promise.all(
        answers.map(({ body }) => callTool(stack.mcpUrl, body.access_token, 'list_companies')),
      )
      expect(alive.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    },
  )

  verifies(
    ['contract-4-refresh-rotation', 'contract-4-revoke-reuse', 'AS-87', 'contract-2.1-leeway'],
    'reused after the leeway ends its whole family, and /mcp access with it',
    async () => {
      const first = await tokensFor(stack)
      const { body } = await first.client.refresh(first.refresh_token)
      passTime(leewaySeconds + 2)
      const reused = await first.client.refresh(first.refresh_token)
      expect(reused.status).toBe(400)
      expect(reused.body.error).toBe('invalid_grant')
      const newest = await first.client.refresh(body.refresh_token ?? '')
      expect(newest.body.error).toBe('invalid_grant')
      for (const token of [first.access_token, body.access_token]) {
        expect((await callTool(stack.mcpUrl, token, 'list_companies')).status).toBe(401)
      }
    },
  )

  verifies(
    ['contract-4-revoke-reuse', 'AS-87'],
    'whose successor was already used is a stolen one, even within the leeway',
    async () => {
      const { refresh_token, client } = await tokensFor(stack)
      const second = await client.refresh(refresh_token)
      const third = await client.refresh(second.body.refresh_token ?? '')
      expect(third.status).toBe(200)
      expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant')
      expect((await client.refresh(third.body.refresh_token ?? '')).body.error).toBe(
        'invalid_grant',
      )
    },
  )

  verifies('AS-89', 'belongs to its client', async () => {
    const { refresh_token, client } = await tokensFor(stack)
    const { status, body } = await oauthClient(stack, claude).refresh(refresh_token)
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_grant')
    expect((await client.refresh(refresh_token)).status).toBe(200)
  })

  verifies('AS-90', 'narrows the scope of one access token and widens none', async () => {
    const { refresh_token, client } = await tokensFor(stack, {
      scope: 'read:inventory read:cogs',
    })
    const narrow = await client.refresh(refresh_token, { scope: 'read:inventory' })
    expect(scopesOf(contentsOf(narrow.body.access_token).claims.scope)).toEqual(['read:inventory'])
    const full = await client.refresh(narrow.body.refresh_token ?? '')
    expect(scopesOf(contentsOf(full.body.access_token).claims.scope)).toEqual([
      'read:cogs',
      'read:companies',
      'read:inventory',
    ])
    const wide = await client.refresh(full.body.refresh_token ?? '', {
      scope: 'read:inventory read:revenue',
    })
    expect(wide.status).toBe(400)
    expect(wide.body.error).toBe('invalid_scope')
  })

  verifies(['AS-91', 'contract-2.1-refresh-ttl'], 'lives 30 days from its last use', async () => {
    const { refresh_token, client } = await tokensFor(stack)
    const days = 24 * 60 * 60
    passTime(29 * days)
    const second = await client.refresh(refresh_token)
    expect(second.status).toBe(200)
    passTime(29 * days)
    const third = await client.refresh(second.body.refresh_token ?? '')
    expect(third.status).toBe(200)
    passTime(31 * days)
    expect((await client.refresh(third.body.refresh_token ?? '')).body.error).toBe('invalid_grant')
  })

  verifies(
    ['AS-91', 'contract-2.1-refresh-ttl'],
    'lives as long as REFRESH_TOKEN_TTL_SECONDS says from its last use, but no longer than its grant',
    async () => {
      const day = 24 * 60 * 60
      const long = await stackForTest({ REFRESH_TOKEN_TTL_SECONDS: String(100 * day) })
      const unused = await tokensFor(long)
      const { refresh_token, client } = await tokensFor(long)
      const { expiresAt } = await long.database.prisma.grant.findFirstOrThrow({
        orderBy: { createdAt: 'desc' },
      })
      let token = refresh_token
      while (expiresAt.getTime() - Date.now() > 90 * day * 1000) {
        passTime(90 * day)
        const { status, body } = await client.refresh(token)
        expect(status).toBe(200)
        token = body.refresh_token ?? ''
      }
      expect((await unused.client.refresh(unused.refresh_token)).body.error).toBe('invalid_grant')
      passTime((expiresAt.getTime() - Date.now()) / 1000 + 5)
      expect((await client.refresh(token)).body.error).toBe('invalid_grant')
    },
  )

  verifies('AS-92', 'outlives the person’s browser session', async () => {
    const { refresh_token, client, person } = await tokensFor(stack)
    await person.jar.removeAllCookies()
    expect((await client.refresh(refresh_token)).status).toBe(200)
  })

  verifies(
    ['AS-93', 'AS-94'],
    'is refused as invalid_grant when it is unknown, empty or an access token',
    async () => {
      const { access_token, client } = await tokensFor(stack)
      for (const token of ['unknown', access_token, `${'x'.repeat(43)}`]) {
        const { status, body, headers } = await client.refresh(token)
        expect(status).toBe(400)
        expect(body.error).toBe('invalid_grant')
        expect(headers.get('content-type')).toMatch(/^application\/json/)
      }
      expect((await client.refresh('')).status).toBe(400)
    },
  )
})

describe('with a leeway of 0', () => {
  verifies(
    ['contract-2.1-leeway', 'decision-2', 'AS-87'],
    'any second use ends the family',
    async () => {
      const { refresh_token, access_token, client } = await tokensFor(strict)
      const first = await client.refresh(refresh_token)
      expect(first.status).toBe(200)
      expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant')
      expect((await client.refresh(first.body.refresh_token ?? '')).body.error).toBe(
        'invalid_grant',
      )
      expect((await callTool(strict.mcpUrl, access_token, 'list_companies')).status).toBe(401)
    },
  )

  verifies(
    'decision-2',
    'of 24 simultaneous uses at most one succeeds, and no token survives',
    async () => {
      const { refresh_token, client } = await tokensFor(strict, { client: localClient })
      const answers = await Promise.all(
        Array.from({ length: 24 }, () => client.refresh(refresh_token)),
      )
      const winners = answers.filter(({ status }) => status === 200)
      expect(winners.length).toBeLessThanOrEqual(1)
      for (const { body } of winners) {
        expect((await client.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant')
      }
    },
  )
})
