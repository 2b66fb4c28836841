import { oauthClient, type Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import {
  control,
  controls,
  fill,
  findControl,
  type Page,
  textOf,
} from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const authorizeUrl = () => oauthClient(stack).authorization().url

async function attempt(email: string, password: string, servers: Servers = stack): Promise<Page> {
  const browser = createBrowser(servers.issuer)
  const page = await browser.open(oauthClient(servers).authorization().url)
  fill(page, 'Email', email)
  fill(page, 'Password', password)
  return browser.press(page, 'Sign in')
}

/** What the page tells the person, apart from what they typed. */
const complaint = (page: Page) =>
  page.root
    .querySelectorAll('[role=alert]')
    .map((alert) => alert.text.trim())
    .join(' ')

describe('sign in', () => {
  verifies(
    ['contract-8-sign-in', 'AS-41', 'AS-40'],
    'the page has the fields Email and Password and the button Sign in',
    async () => {
      const page = await createBrowser(stack.issuer).open(authorizeUrl())
      expect(page.status).toBe(200)
      expect(page.url.pathname).toMatch(/^\/interaction\/[\w-]+/)
      expect(control(page, 'textbox', 'Email').element.getAttribute('autocomplete')).toBe(
        'username',
      )
      expect(control(page, 'textbox', 'Password').element.getAttribute('type')).toBe('password')
      expect(controls(page, 'button').map(({ name }) => name)).toContain('Sign in')
    },
  )

  verifies('contract-3.1-owner', 'the right password leads to the consent page', async () => {
    const person = createPerson(stack.issuer)
    const page = await person.signIn(await person.open(authorizeUrl()))
    expect(findControl(page, 'button', 'Authorize')).toBeDefined()
  })

  verifies('AS-41', 'an e-mail address is the same in upper case', async () => {
    const page = await attempt('OWNER@NeonPanel.test', 'neonpanel-demo')
    expect(findControl(page, 'button', 'Authorize')).toBeDefined()
  })

  verifies(
    'AS-41',
    'a wrong password and an unknown person are refused in the same words',
    async () => {
      const wrong = await attempt('owner@neonpanel.test', 'neonpanel-demo ')
      const unknown = await attempt('nobody@neonpanel.test', 'neonpanel-demo')
      for (const page of [wrong, unknown]) {
        expect(findControl(page, 'textbox', 'Password')).toBeDefined()
        expect(findControl(page, 'button', 'Authorize')).toBeUndefined()
        expect(complaint(page)).not.toBe('')
      }
      expect(complaint(wrong)).toBe(complaint(unknown))
      expect(wrong.status).toBe(unknown.status)
    },
  )

  verifies('AS-41', 'an empty form and an overlong password are refused', async () => {
    for (const [email, password] of [
      ['', ''],
      ['owner@neonpanel.test', ''],
      ['owner@neonpanel.test', 'x'.repeat(40_000)],
    ] as const) {
      const page = await attempt(email, password)
      expect(page.status).toBeLessThan(500)
      expect(findControl(page, 'button', 'Authorize')).toBeUndefined()
    }
  })

  verifies(
    'contract-3.1-suspended',
    'a suspended person can’t sign in, and is told so only with the right password',
    async () => {
      const right = await attempt('suspended@neonpanel.test', 'neonpanel-demo')
      expect(findControl(right, 'button', 'Authorize')).toBeUndefined()
      expect(textOf(right)).toMatch(/suspended/i)
      const wrong = await attempt('suspended@neonpanel.test', 'wrong')
      expect(textOf(wrong)).not.toMatch(/suspended\b(?!@)/i)
    },
  )

  verifies(
    'AS-37',
    'guessing is slowed down: after some wrong passwords the right one has to wait',
    async () => {
      const throttled = await stackForTest()
      let page = await attempt('owner@neonpanel.test', 'guess 0', throttled)
      for (let guess = 1; guess < 30 && page.status !== 429; guess++) {
        page = await attempt('owner@neonpanel.test', `guess ${guess}`, throttled)
      }
      expect(page.status).toBe(429)
      expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0)
      const right = await attempt('owner@neonpanel.test', 'neonpanel-demo', throttled)
      expect(right.status).toBe(429)
      const other = await attempt('warehouse@neonpanel.test', 'neonpanel-demo', throttled)
      expect(findControl(other, 'button', 'Authorize')).toBeDefined()
    },
  )

  verifies(
    'AS-165',
    'session cookies are out of reach for scripts and other sites, and new after sign-in',
    async () => {
      const person = createPerson(stack.issuer)
      const page = await person.open(authorizeUrl())
      const before = await person.jar.getCookies(stack.issuer)
      await person.signIn(page)
      const after = await person.jar.getCookies(stack.issuer)
      for (const cookie of after) {
        expect(cookie.httpOnly, cookie.key).toBe(true)
        expect(cookie.sameSite, cookie.key).toMatch(/^(lax|strict)$/)
      }
      const values = new Set(before.map(({ value }) => value))
      const session = after.filter(({ key }) => /session/i.test(key) && !/sig$/.test(key))
      expect(session.length).toBeGreaterThanOrEqual(1)
      for (const { value } of session) expect(values.has(value)).toBe(false)
    },
  )

  verifies('AS-64', 'another browser cannot use a person’s sign-in page', async () => {
    const person = createPerson(stack.issuer)
    const page = await person.open(authorizeUrl())
    const stranger = createBrowser(stack.issuer)
    const opened = await stranger.open(page.url)
    expect(opened.status).toBeGreaterThanOrEqual(400)
    expect(findControl(opened, 'textbox', 'Password')).toBeUndefined()
  })

  verifies('AS-64', 'a form posted from another site is refused', async () => {
    const person = createPerson(stack.issuer)
    const page = await person.open(authorizeUrl())
    const cookie = await person.jar.getCookieString(page.url.href)
    const answer = await fetch(page.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ email: person.email, password: 'neonpanel-demo' }),
    })
    expect(answer.status).toBe(403)
  })

  verifies(
    ['AS-29', 'AS-30'],
    'pages can’t be framed, run no script from elsewhere, and tell no other site their address',
    async () => {
      const person = createPerson(stack.issuer)
      const signIn = await person.open(authorizeUrl())
      const consent = await person.signIn(signIn)
      const error = await person.open(`${stack.issuer}/oauth2/authorize?client_id=nobody`)
      for (const page of [signIn, consent, error]) {
        expect(page.headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/)
        expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/)
        expect(page.headers.get('x-frame-options')).toBe('DENY')
        expect(page.headers.get('referrer-policy')).toBe('no-referrer')
        expect(page.headers.get('x-content-type-options')).toBe('nosniff')
        expect(page.headers.get('cache-control')).toContain('no-store')
      }
    },
  )
})
