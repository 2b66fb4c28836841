import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { callTool, openSession } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '60' })
const admin = adminApi(stack)

interface Clock {
  now: string
  offset_seconds: number
  frozen: boolean
}

const shift = (change: unknown) => admin.post<Clock>('/clock', change)

const statusAtMcp = async (token: string) =>
  (await callTool(stack.mcpUrl, token, 'list_companies')).status

afterEach(async () => {
  await shift({ reset: true })
})

describe('the clock', () => {
  for (const [change, seconds] of [
    [{ advance: '61m' }, 3_660],
    [{ advance: 'PT1H1M' }, 3_660],
    [{ advance: '90' }, 90],
    [{ advance: '-2h' }, -7_200],
    [{ advance_seconds: 90 }, 90],
  ] as const) {
    verifies('clock-shifted', `moves by ${JSON.stringify(change)}`, async () => {
      expect((await shift(change)).body).toMatchObject({ offset_seconds: seconds, frozen: false })
    })
  }

  verifies('clock-shifted', 'stands still until it is let go', async () => {
    await shift({ freeze: true })
    const { body } = await shift({ set: '2031-05-01T12:00:00Z' })
    expect(body).toMatchObject({ now: '2031-05-01T12:00:00.000Z', frozen: true })
    expect((await admin.get<Clock>('/clock')).body.now).toBe('2031-05-01T12:00:00.000Z')
    const { body: minted } = await admin.post<{ claims: { iat: number } }>('/tokens', {
      person: 'owner@neonpanel.test',
      client_id: 'claude',
    })
    expect(minted.claims.iat).toBe(Date.parse('2031-05-01T12:00:00Z') / 1000)
    expect((await shift({ freeze: false })).body.frozen).toBe(false)
  })

  for (const wrong of [{ advance: 'soon' }, { advance: '200 years' }, { freeze: 1 }, {}]) {
    verifies('clock-shifted', `takes not ${JSON.stringify(wrong)}`, async () => {
      expect((await shift(wrong)).status).toBe(400)
    })
  }

  verifies('clock-shifted', 'ends a code', async () => {
    const { redeem } = await codeFlow(stack)
    await shift({ advance: '601s' })
    expect(await redeem()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  verifies('clock-shifted', 'ends a token, whatever the resource server trusted', async () => {
    const { access_token: token } = await tokensFor(stack)
    expect(await statusAtMcp(token)).toBe(200)
    await shift({ advance: '59m' })
    expect(await statusAtMcp(token)).toBe(200)
    await shift({ advance: '2m' })
    expect(await statusAtMcp(token)).toBe(401)
  })

  verifies('clock-shifted', 'ends the window in which a token is trusted', async () => {
    const { access_token: token, client } = await tokensFor(stack)
    expect(await statusAtMcp(token)).toBe(200)
    await client.revoke(token)
    expect(await statusAtMcp(token)).toBe(200)
    await shift({ advance: '61s' })
    expect(await statusAtMcp(token)).toBe(401)
  })

  verifies('clock-shifted', 'ends refresh tokens and initial access tokens', async () => {
    const { refresh_token: refreshToken, client } = await tokensFor(stack)
    const { initial_access_token: iat } = await admin.mint()
    await shift({ advance: '31 days' })
    expect((await client.refresh(refreshToken)).body.error).toBe('invalid_grant')
    const metadata = { redirect_uris: ['https://app.example/cb'] }
    expect((await register(stack, metadata, iat)).status).toBe(401)
  })

  verifies('clock-shifted', 'ends the session of a browser', async () => {
    const { person } = await tokensFor(stack)
    expect((await person.open(`${stack.issuer}/account`)).url.pathname).toBe('/account')
    await shift({ advance: '400d' })
    expect((await person.open(`${stack.issuer}/account`)).url.pathname).toBe('/sign-in')
  })

  verifies('clock-shifted', 'lifts a throttle', async () => {
    const person = createPerson(stack.issuer, 'warehouse')
    const tryWrong = async () => {
      const page = await person.open(`${stack.issuer}/sign-in`)
      return (await person.signIn(page, 'wrong')).status
    }
    await vi.waitFor(async () => expect(await tryWrong()).toBe(429), { interval: 1 })
    await shift({ advance: '1 day' })
    const page = await person.open(`${stack.issuer}/sign-in`)
    expect((await person.signIn(page)).url.pathname).toBe('/account')
  })

  verifies('clock-shifted', 'rotates the signing keys when it passes their schedule', async () => {
    const fresh = adminApi(await stackForTest())
    const kids = async () => (await fresh.get<{ items: unknown[] }>('/keys')).body.items.length
    const before = await kids()
    await fresh.post('/clock', { advance: '89d' })
    expect(await kids()).toBe(before)
    await fresh.post('/clock', { advance: '2d' })
    expect(await kids()).toBe(before + 2)
  })

  verifies('clock-shifted', 'ends a stream whose token expires, without waiting', async () => {
    const { access_token: token } = await tokensFor(stack)
    const stream = await openEventStream(stack.mcpUrl, bearer(token))
    await shift({ advance: '61m' })
    await stream.ended(20_000)
  })

  verifies('clock-shifted', 'ends sessions that are idle then', async () => {
    const { access_token: token } = await tokensFor(stack)
    const { request } = await openSession(stack.mcpUrl, token, '2025-11-25')
    await shift({ advance: '2d' })
    const { body } = await admin.post<{ token: string }>('/tokens', {
      claims: decodeJwt(token),
      ttl_seconds: 600,
    })
    expect(body.token).toBeTruthy()
    const metrics = await send(stack.mcpUrl.replace('/mcp', '/metrics'))
    expect(metrics.text).toMatch(/mcp_open\{kind="sessions".*\} 0/)
    expect((await request({ jsonrpc: '2.0', id: 9, method: 'ping' })).status).toBe(401)
  })

  verifies(
    'clock-visible',
    'is told on every page of the console while it is shifted',
    async () => {
      const administrator = createPerson(stack.issuer, 'admin')
      await administrator.signIn(await administrator.open(`${stack.issuer}/console`))
      const pageOf = async (path: string) =>
        textOf(await administrator.open(`${stack.issuer}${path}`))
      expect(await pageOf('/console')).not.toContain('Clock')
      await shift({ advance: '61m' })
      for (const path of ['/console', '/console/clients', '/console/faults']) {
        expect(await pageOf(path), path).toContain('Clock 1 hour ahead')
      }
      await shift({ freeze: true })
      expect(await pageOf('/console')).toContain('Clock frozen')
    },
  )
})
