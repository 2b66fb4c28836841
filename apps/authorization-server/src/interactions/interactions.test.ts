import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../clients/clients.ts'
import { createBrowser, type Page } from '../testing/browser.ts'
import {
  authorizationUrl,
  consent,
  demoPassword,
  post,
  redeem,
  redirectUri,
  signIn,
} from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer()
  await createClient(server.database, {
    clientId: 'unknown-program',
    name: '<b>Pallet Pilot</b>',
    origin: 'open',
    metadata: {
      client_name: '<b>Pallet Pilot</b>',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback', 'cursor://anysphere.cursor-mcp/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
    },
  })
})

afterAll(() => server[Symbol.asyncDispose]())

type Request = NonNullable<Parameters<typeof authorizationUrl>[1]>

/** A browser in front of the sign-in page of an authorization request. */
async function atSignIn(request: Request = {}) {
  const browser = createBrowser(server.issuer)
  const { url, verifier } = authorizationUrl(server.issuer, request)
  return { browser, verifier, page: await browser.open(url) }
}

async function atConsent(request: Request = {}, email?: string) {
  const { browser, verifier, page } = await atSignIn(request)
  return { browser, verifier, page: await signIn(browser, page, email) }
}

const answer = (page: Page) => Object.fromEntries(page.url.searchParams)

const grantOf = async (code: string, verifier: string, clientId = 'local-client') => {
  const { body } = await redeem(server, { code, verifier }, { client_id: clientId })
  const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString())
  return { scope: body.scope as string, companies: claims.companies as string[] }
}

describe('sign in', () => {
  it('answers a wrong password without saying what is wrong', async () => {
    const { browser, page } = await atSignIn()
    const refused = await browser.submit(page, [
      ['email', 'nobody@neonpanel.test'],
      ['password', 'x'],
    ])
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('That email and password don’t match')
    expect(refused.text).toContain('value="nobody@neonpanel.test"')
  })

  it('pauses after five wrong passwords and says until when', async () => {
    const { browser, page } = await atSignIn()
    const wrong = [
      ['email', 'warehouse@neonpanel.test'],
      ['password', 'wrong'],
    ] as const
    for (let count = 0; count < 4; count += 1) await browser.submit(page, wrong)
    const paused = await browser.submit(page, wrong)
    expect(paused.status).toBe(429)
    expect(Number(paused.headers.get('retry-after'))).toBeGreaterThan(600)
    expect(paused.text).toContain('Too many attempts. Try again at <time')
    expect((await signIn(browser, page, 'warehouse@neonpanel.test')).status).toBe(429)
  })

  it('tells a suspended person, and only with the right password', async () => {
    const { browser, page } = await atSignIn()
    const email = ['email', 'suspended@neonpanel.test'] as const
    const stranger = await browser.submit(page, [email, ['password', 'wrong']])
    const themselves = await browser.submit(page, [email, ['password', demoPassword]])
    expect([stranger.status, themselves.status]).toEqual([422, 403])
    expect(stranger.text).not.toContain('suspended</h1>')
    expect(themselves.text).toContain('Your account is suspended</h1>')
  })

  it('of another browser is refused on a page of ours', async () => {
    const { page } = await atSignIn()
    const stranger = await createBrowser(server.issuer).open(page.url.href)
    expect(stranger.status).toBe(400)
    expect(stranger.text).toContain('This sign-in has ended')
    expect(stranger.text).not.toMatch(/SessionNotFound|\.[jt]s:\d/)
  })

  it('is refused without the token of its form', async () => {
    const { browser, page } = await atSignIn()
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
    const form = { email: 'owner@neonpanel.test', password: demoPassword }
    const { status, headers } = await post(page.url.href, form, { cookie })
    expect([status, headers.get('location')]).toEqual([403, null])
  })

  it('takes the hint of the client', async () => {
    const hint = 'owner@neonpanel.test'
    expect((await atSignIn({ parameters: { login_hint: hint } })).page.text).toContain(hint)
    const hostile = await atSignIn({ parameters: { login_hint: '"><script>alert(1)</script>@x' } })
    expect(hostile.page.text).not.toContain('<script')
  })

  it('lets its form end where the authorization response goes', async () => {
    const { page } = await atSignIn()
    expect(page.headers.get('content-security-policy')).toContain(
      "form-action 'self' http://127.0.0.1:5555 https:",
    )
  })

  it('switches to another person, who decides for themselves', async () => {
    const { browser, page } = await atConsent({ scope: 'read:cogs read:landed-cost' })
    expect(page.text).toContain('owner@neonpanel.test')
    const again = await browser.open(`${page.url.pathname}?switch=1`)
    const theirs = await signIn(browser, again, 'analyst@neonpanel.test')
    expect(theirs.text).toContain('analyst@neonpanel.test')
    expect(theirs.text).toContain('can’t read landed costs')
  })
})

describe('consent', () => {
  it('grants what was ticked in the chosen companies and refuses the rest', async () => {
    const { browser, verifier, page } = await atConsent({
      scope: 'read:inventory read:cogs read:reports write:import',
    })
    const company = /name="company" value="([^"]+)"/.exec(page.text)![1]!
    const done = await browser.submit(page, [
      ['scope', 'read:cogs'],
      ['companies', 'selected'],
      ['company', company],
      ['company', 'co_of_somebody_else'],
      ['decision', 'authorize'],
    ])
    const { code, state, iss } = answer(done)
    expect([state, iss]).toEqual(['the state', server.issuer])
    const granted = await grantOf(code!, verifier)
    expect(granted.scope.split(' ').sort()).toEqual(['read:cogs', 'read:companies'])
    expect(granted.companies).toEqual([company])
  })

  it('grants nothing that was not requested or is not permitted, however it is posted', async () => {
    const { browser, verifier, page } = await atConsent(
      { scope: 'read:inventory read:landed-cost' },
      'analyst@neonpanel.test',
    )
    const forged = ['read:inventory', 'read:landed-cost', 'write:import', 'dcr.create', 'openid']
    const done = await browser.submit(page, [
      ...forged.map((scope) => ['scope', scope] as const),
      ['companies', 'all'],
      ['decision', 'authorize'],
    ])
    const { scope } = await grantOf(answer(done).code!, verifier)
    expect(scope.split(' ').sort()).toEqual(['read:companies', 'read:inventory'])
  })

  it('denied goes back as access_denied with state and issuer', async () => {
    const { browser, page } = await atConsent()
    const denied = await browser.submit(page, [['decision', 'deny']])
    expect(denied.url.href).toMatch(redirectUri)
    expect(answer(denied)).toMatchObject({
      error: 'access_denied',
      state: 'the state',
      iss: server.issuer,
    })
  })

  it('without the button is no consent', async () => {
    const { browser, page } = await atConsent()
    const posted = await browser.submit(page, [['companies', 'all']])
    expect(answer(posted).error).toBe('access_denied')
  })

  it('is not asked of a person who may grant nothing', async () => {
    const { page } = await atConsent({ scope: 'read:inventory' }, 'outsider@neonpanel.test')
    expect(answer(page)).toMatchObject({ error: 'access_denied', state: 'the state' })
  })

  it('needs a company', async () => {
    const { browser, page } = await atConsent()
    const again = await browser.submit(page, [
      ['companies', 'selected'],
      ['decision', 'authorize'],
    ])
    expect(again.status).toBe(422)
    expect(again.text).toContain('Choose at least one company')
  })

  it('for a program that nobody knows needs one more tick, and has nothing ticked', async () => {
    const { browser, page, verifier } = await atConsent({ clientId: 'unknown-program' })
    expect(page.text).toContain('“&lt;b&gt;Pallet Pilot&lt;/b&gt;”')
    expect(page.text).toMatch(/id="scope-read-inventory"(?![^>]*checked)/)
    const choice = [
      ['scope', 'read:inventory'],
      ['companies', 'all'],
      ['decision', 'authorize'],
    ] as const
    const again = await browser.submit(page, choice)
    expect(again.status).toBe(422)
    const done = await browser.submit(again, [...choice, ['started_by_me', '1']])
    const { scope } = await grantOf(answer(done).code!, verifier, 'unknown-program')
    expect(scope).toContain('read:inventory')
  })

  it('names an app on this device by its scheme and lets the answer out', async () => {
    const { page } = await atConsent({
      clientId: 'unknown-program',
      redirectUri: 'cursor://anysphere.cursor-mcp/oauth/callback',
    })
    expect(page.text).toContain('cursor://anysphere.cursor-mcp/<wbr>oauth/callback')
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' cursor:")
  })

  it('can be given to a device', async () => {
    const client = { client_id: 'unknown-program' }
    const device = await post(`${server.issuer}/oauth2/device`, {
      ...client,
      scope: 'read:inventory',
    })
    const browser = createBrowser(server.issuer)
    const confirm = await browser.submit(await browser.open('/device'), [
      ['user_code', device.body.user_code],
    ])
    expect(confirm.text).toContain(device.body.user_code)
    const signInPage = await browser.submit(confirm, [
      ['user_code', device.body.user_code],
      ['confirm', 'yes'],
    ])
    const done = await consent(browser, await signIn(browser, signInPage))
    expect(done.text).toContain('Your device is connected')
    const { body } = await post(`${server.issuer}/oauth2/token`, {
      ...client,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: device.body.device_code,
    })
    expect(body.scope).toContain('read:inventory')
  })
})

describe('our own pages', () => {
  it('ask to sign in, return, and share the session with authorization', async () => {
    const browser = createBrowser(server.issuer)
    const page = await browser.open('/account?tab=apps')
    expect(page.url.pathname + page.url.search).toBe('/sign-in?return_to=%2Faccount%3Ftab%3Dapps')
    const account = await signIn(browser, page)
    expect(account.url.pathname).toBe('/account')
    const { url } = authorizationUrl(server.issuer)
    expect((await browser.open(url)).text).toContain('value="authorize"')
  })

  it('of the console are for administrators', async () => {
    const browser = createBrowser(server.issuer)
    const refused = await signIn(browser, await browser.open('/console'))
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('The console is for administrators')
  })

  it('change the session identifier with every sign-in', async () => {
    const browser = createBrowser(server.issuer)
    await signIn(browser, await browser.open('/account'))
    const before = browser.cookies.get('session')
    await signIn(browser, await browser.open('/sign-in?switch=1'))
    const after = browser.cookies.get('session')
    expect(before).toBeTruthy()
    expect(after).toBeTruthy()
    expect(after).not.toBe(before)
  })

  it('end the session with the button, and not without the token of its form', async () => {
    const browser = createBrowser(server.issuer)
    const account = await signIn(browser, await browser.open('/account'))
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
    expect((await post(`${server.issuer}/sign-out`, {}, { cookie })).status).toBe(403)
    expect((await browser.open('/account')).status).toBe(200)
    const csrf = /name="csrf" value="([^"]+)"/.exec(account.text)![1]!
    await post(`${server.issuer}/sign-out`, { csrf }, { cookie })
    expect((await browser.open('/account')).url.pathname).toBe('/sign-in')
  })
})
