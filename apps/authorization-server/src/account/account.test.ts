import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AdminApi, adminApi } from '../testing/admin-api.ts'
import { type Browser, createBrowser, type Page } from '../testing/browser.ts'
import { authorizationUrl, demoPassword, refresh, signIn, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { deviceOf } from './devices.ts'

const csrfOf = (page: Page) => /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''

describe('the account page', () => {
  let server: TestServer
  let api: AdminApi
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'true' })
    api = adminApi(server)
  })
  beforeEach(() => api.post('/reset'))
  afterAll(() => server[Symbol.asyncDispose]())

  const signedIn = async (email: string): Promise<Browser> => {
    const browser = createBrowser(server.issuer)
    await signIn(browser, await browser.open('/account'), email)
    return browser
  }
  const postAs = (browser: Browser, path: string, form: Record<string, string>, headers = {}) =>
    fetch(`${server.issuer}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams(form),
    })

  test('sends whoever is not signed in to sign in and back', async () => {
    const browser = createBrowser(server.issuer)
    const page = await browser.open('/account')
    expect(page.url.pathname).toBe('/sign-in')
    expect((await signIn(browser, page)).url.pathname).toBe('/account')
  })

  test('says where to begin while nothing is connected', async () => {
    const browser = await signedIn('outsider@neonpanel.test')
    const { text } = await browser.open('/account')
    expect(text).toContain('No connected apps yet')
    expect(text).not.toContain('Revoke access')
    expect((await browser.open('/account/profile')).text).toContain('You are in no company')
  })

  test('shows a connected app once, with what it may do, however often it was connected', async () => {
    const { browser } = await tokens(server, { scope: 'read:inventory' })
    await tokens(server, { scope: 'read:inventory write:import', browser })
    const { text } = await browser.open('/account')
    expect(text.match(/popovertarget="revoke-\d+">Revoke access</g)).toHaveLength(1)
    expect(text).toContain('Local client')
    expect(text).toContain('data-tone="warn">write:import')
    expect(text).toContain('All companies')
  })

  test('revoking ends every grant of the app at once, and no other app’s', async () => {
    const first = await tokens(server)
    const second = await tokens(server, { browser: first.browser })
    const other = await tokens(server, {
      browser: first.browser,
      clientId: 'mcp-inspector',
      redirectUri: 'http://localhost:6274/oauth/callback',
    })
    const page = await first.browser.open('/account')
    const answer = await postAs(first.browser, '/account/apps/revoke', {
      csrf: csrfOf(page),
      client_id: 'local-client',
    })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/account?notice=revoked')
    expect((await refresh(server, first.body.refresh_token)).status).toBe(400)
    expect((await refresh(server, second.body.refresh_token)).status).toBe(400)
    const kept = await refresh(server, other.body.refresh_token, { client_id: 'mcp-inspector' })
    expect(kept.status).toBe(200)
    const { body } = await api.get('/audit?type=grant.revoked')
    expect(body.items).toHaveLength(2)
  })

  test('revokes nothing of another person', async () => {
    const owner = await tokens(server)
    const analyst = await signedIn('analyst@neonpanel.test')
    const csrf = csrfOf(await analyst.open('/account'))
    await postAs(analyst, '/account/apps/revoke', { csrf, client_id: 'local-client' })
    expect((await refresh(server, owner.body.refresh_token)).status).toBe(200)
  })

  test.each([
    ['without a token', (_csrf: string) => ({}), {}],
    ['with a made-up token', (_csrf: string) => ({ csrf: 'x'.repeat(43) }), {}],
    ['from another site', (csrf: string) => ({ csrf }), { 'sec-fetch-site': 'cross-site' }],
  ])('revokes nothing %s', async (_, form, headers) => {
    const { browser, body } = await tokens(server)
    const csrf = csrfOf(await browser.open('/account'))
    const answer = await postAs(
      browser,
      '/account/apps/revoke',
      { ...form(csrf), client_id: 'local-client' },
      headers,
    )
    expect(answer.status).toBe(403)
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
  })

  test('revokes nothing with the token of somebody else’s page', async () => {
    const { browser, body } = await tokens(server)
    const other = await signedIn('analyst@neonpanel.test')
    const csrf = csrfOf(await other.open('/account'))
    const answer = await postAs(browser, '/account/apps/revoke', {
      csrf,
      client_id: 'local-client',
    })
    expect(answer.status).toBe(403)
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
  })

  test('signs out elsewhere, and apps stay connected', async () => {
    const here = await signedIn('owner@neonpanel.test')
    const { browser: there, body } = await tokens(server)
    const page = await here.open('/account')
    expect(page.text).toContain('This session')
    expect(page.text).toContain('Sign out everywhere else')
    await postAs(here, '/account/sessions/end-others', { csrf: csrfOf(page) })
    expect((await there.open('/account')).url.pathname).toBe('/sign-in')
    const after = await here.open('/account')
    expect(after.url.pathname).toBe('/account')
    expect(after.text).not.toContain('Sign out everywhere else')
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
  })

  test('signs out one session of one’s own, and no other person’s', async () => {
    const here = await signedIn('owner@neonpanel.test')
    const there = await signedIn('owner@neonpanel.test')
    const stranger = await signedIn('analyst@neonpanel.test')
    const page = await here.open('/account')
    const session = /name="session" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    expect(session).not.toBe('')
    const strangersCsrf = csrfOf(await stranger.open('/account'))
    await postAs(stranger, '/account/sessions/end', { csrf: strangersCsrf, session })
    expect((await there.open('/account')).url.pathname).toBe('/account')
    await postAs(here, '/account/sessions/end', { csrf: csrfOf(page), session })
    expect((await there.open('/account')).url.pathname).toBe('/sign-in')
    expect((await here.open('/account')).url.pathname).toBe('/account')
  })

  test('signs out elsewhere also who is about to be signed in', async () => {
    const here = await signedIn('owner@neonpanel.test')
    const there = createBrowser(server.issuer)
    const asked = await there.open(authorizationUrl(server.issuer).url)
    const signedInThere = await postAs(there, asked.url.pathname, {
      csrf: csrfOf(asked),
      step: 'sign-in',
      email: 'owner@neonpanel.test',
      password: demoPassword,
    })
    expect(signedInThere.status).toBe(303)
    const csrf = csrfOf(await here.open('/account'))
    await postAs(here, '/account/sessions/end-others', { csrf })
    const later = await there.open(signedInThere.headers.get('location') ?? '')
    expect(later.status).toBe(400)
    expect(later.text).toContain('This sign-in has ended')
    expect((await there.open('/account')).url.pathname).toBe('/sign-in')
  })

  test('shows companies with roles, and the console only to administrators', async () => {
    const analyst = await (await signedIn('analyst@neonpanel.test')).open('/account/profile')
    expect(analyst.text).toContain('Finance analyst')
    expect(analyst.text).toContain('Tallow Studio')
    expect(analyst.text).not.toContain('href="/console"')
    const admin = await (await signedIn('admin@neonpanel.test')).open('/account/profile')
    expect(admin.text).toContain('href="/console"')
  })

  test('prints the name that a client gave itself as text', async () => {
    await api.post('/clients', {
      client_name: '<script>alert(1)</script>"\'',
      client_id: 'hostile',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
    })
    const { browser } = await tokens(server, { clientId: 'hostile' })
    const { text } = await browser.open('/account')
    expect(text).toContain('&lt;script&gt;')
    expect(text).not.toContain('<script')
  })
})

describe('a device', () => {
  test.each([
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
      'Chrome on macOS',
      false,
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
      'Edge on Windows',
      false,
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
      true,
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
      true,
    ],
    [
      'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
      'Firefox on Linux',
      false,
    ],
    ['<b>nonsense</b>', 'A browser', false],
    ['', 'A browser', false],
  ])('that says %s is recognised', (userAgent, name, isPhone) => {
    expect(deviceOf(userAgent, '127.0.0.1')).toMatchObject({ name, isPhone })
  })
})
