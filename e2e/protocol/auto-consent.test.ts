import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { oauthProvider } from '@neonpanel/testing-kit/client/sdk-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, onTestFinished } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const admin = adminApi(stack)
const client = oauthClient(stack)

const everybody = (behaviour: object) =>
  admin.post('/auto-consent', { person: 'owner@neonpanel.test', ...behaviour })

/** As mcp-remote on a machine without a browser: no cookies, no forms, redirects up to the client's own. */
async function openHeadless(url: string, signal?: AbortSignal): Promise<URL> {
  const page = new URL(url)
  const answer = await fetch(page, { redirect: 'manual', ...(signal && { signal }) })
  await answer.text()
  const location = answer.headers.get('location')
  if (!location) return page
  const next = new URL(location, page)
  return next.origin === stack.issuer ? openHeadless(next.href, signal) : next
}

const authorize = (changes: Record<string, string> = {}) => {
  const asked = client.authorization(changes)
  return { ...asked, callback: openHeadless(asked.url) }
}

afterEach(async () => {
  await admin.post('/reset', {})
})

describe('a person who decides by themselves', () => {
  verifies('auto-consent', 'signs in and approves for a fetch that follows redirects', async () => {
    await everybody({ mode: 'approve' })
    const { callback, verifier, state } = authorize()
    const { searchParams } = await callback
    expect(searchParams.get('state')).toBe(state)
    expect(searchParams.get('iss')).toBe(stack.issuer)
    const { status, body } = await client.redeem(searchParams.get('code') ?? '', verifier)
    expect(status).toBe(200)
    expect(decodeJwt(body.access_token)).toMatchObject({
      sub: 'prs_owner',
      scope: 'read:companies read:inventory',
      companies: ['co_harbor_eu', 'co_harbor_us'],
    })
  })

  verifies('auto-consent', 'is told apart in the audit log', async () => {
    await everybody({ mode: 'approve' })
    await authorize().callback
    const { body } = await admin.get<{ items: { type: string; detail: object }[] }>('/audit')
    for (const type of ['sign_in.succeeded', 'consent.granted']) {
      expect(body.items.find((event) => event.type === type)?.detail).toMatchObject({
        automatic: true,
      })
    }
  })

  verifies('auto-consent', 'is chosen by login_hint, and has companies and scopes', async () => {
    await admin.patch('/people/prs_analyst', {
      auto_consent: { mode: 'approve', scopes: [], companies: ['Tallow Studio'] },
    })
    const { callback, verifier } = authorize({ login_hint: 'analyst@neonpanel.test' })
    const { body } = await client.redeem((await callback).searchParams.get('code') ?? '', verifier)
    expect(decodeJwt(body.access_token)).toMatchObject({
      sub: 'prs_analyst',
      scope: 'read:companies',
      companies: ['co_tallow'],
    })
    expect((await authorize().callback).origin).toBe(stack.issuer)
  })

  verifies('auto-consent', 'gets no more than roles permit', async () => {
    await admin.patch('/people/prs_warehouse', { auto_consent: { mode: 'approve' } })
    const scope = 'read:companies read:warehouses read:cogs'
    const { callback, verifier } = authorize({ scope, login_hint: 'warehouse@neonpanel.test' })
    const { body } = await client.redeem((await callback).searchParams.get('code') ?? '', verifier)
    expect(body.scope).toBe('read:companies read:warehouses')
  })

  for (const hint of ['outsider@neonpanel.test', 'owner@neonpanel.test'] as const) {
    verifies('auto-consent', `denies: ${hint}`, async () => {
      await everybody({ mode: hint.startsWith('owner') ? 'deny' : 'approve' })
      const { searchParams } = await authorize({ login_hint: hint }).callback
      expect(searchParams.get('error')).toBe('access_denied')
    })
  }

  verifies('auto-consent', 'abandons: signs in, and leaves the consent page', async () => {
    await everybody({ mode: 'abandon' })
    expect((await authorize().callback).origin).toBe(stack.issuer)
    const types = (await admin.get<{ items: { type: string }[] }>('/audit')).body.items.map(
      ({ type }) => type,
    )
    expect(types).toContain('sign_in.succeeded')
    expect(types).not.toContain('consent.granted')
    const person = createPerson(stack.issuer, 'owner')
    const page = await person.reachConsent(client.authorization().url)
    expect(page.url.pathname).toMatch(/^\/interaction\//)
  })

  verifies('auto-consent', 'approves late, and not for a client that has gone', async () => {
    await everybody({ mode: 'slow', delay_ms: 50 })
    expect((await authorize().callback).searchParams.has('code')).toBe(true)
    await everybody({ mode: 'slow', delay_ms: 600_000 })
    const gone = new AbortController()
    const waiting = openHeadless(client.authorization().url, gone.signal)
    await expect
      .poll(async () => JSON.stringify((await admin.get('/audit')).body).match(/sign_in/g)?.length)
      .toBe(2)
    gone.abort()
    await expect(waiting).rejects.toThrow()
  })

  verifies('auto-consent', 'cannot sign in while suspended', async () => {
    await everybody({ mode: 'approve' })
    await admin.patch('/people/prs_owner', { suspended: true })
    expect((await authorize().callback).origin).toBe(stack.issuer)
  })

  verifies('auto-consent', 'leaves a browser signed in, as their own page shows', async () => {
    await everybody({ mode: 'approve' })
    const person = createPerson(stack.issuer, 'owner')
    const callback = await person.authorize(client.authorization().url)
    expect(callback.searchParams.has('code')).toBe(true)
    await admin.remove('/auto-consent')
    expect((await person.open(`${stack.issuer}/account`)).url.pathname).toBe('/account')
  })

  verifies('auto-consent', 'lets the v2 SDK connect to whatever it opens', async () => {
    await everybody({ mode: 'approve' })
    const provider = oauthProvider(stack)
    let callback = new URLSearchParams()
    const authProvider = {
      ...provider,
      redirectToAuthorization: async (url: URL) => {
        callback = (await openHeadless(url.href)).searchParams
      },
    }
    const transport = () =>
      new StreamableHTTPClientTransport(new URL(stack.mcpUrl), { authProvider })
    const newClient = () => new Client({ name: 'v2', version: '1.0.0' })
    const first = transport()
    await expect(newClient().connect(first)).rejects.toThrow(UnauthorizedError)
    await first.finishAuth(callback)
    const connected = newClient()
    onTestFinished(() => connected.close())
    await connected.connect(transport())
    expect((await connected.listTools()).tools.length).toBeGreaterThan(0)
  })

  verifies('auto-consent', 'is known by nothing without test controls', async () => {
    const without = await stackForTest({ TEST_CONTROLS: 'false' })
    await without.database.prisma.setting.create({
      data: { key: 'auto-consent', value: '{"mode":"approve","personId":"prs_owner"}' },
    })
    const url = oauthClient(without, localClient).authorization({
      login_hint: 'owner@neonpanel.test',
    }).url
    const answer = await fetch(url, { redirect: 'manual' })
    expect(answer.headers.get('location')).toMatch(/\/interaction\//)
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const page = await fetch(new URL(answer.headers.get('location') ?? '', url), {
      headers: { cookie },
      redirect: 'manual',
    })
    expect(await page.text()).toContain('name="password"')
    const change = { auto_consent: { mode: 'approve' } }
    expect((await adminApi(without).patch('/people/prs_owner', change)).status).toBe(400)
    expect((await adminApi(without).post('/auto-consent', {})).status).toBe(404)
  })

  verifies('auto-consent', 'is somebody, and does something that there is', async () => {
    const wrong = [{ mode: 'approve', person: 'nobody@x.test' }, { person: 'prs_owner' }]
    for (const wish of wrong) expect((await admin.post('/auto-consent', wish)).status).toBe(400)
  })
})
