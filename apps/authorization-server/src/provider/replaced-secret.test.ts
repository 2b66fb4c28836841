import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser, type Page } from '../testing/browser.ts'
import { authorizationUrl, authorize, post, signIn, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const [old, replacement, stranger] = ['A', 'B', 'C'].map((letter) => letter.repeat(43)) as [
  string,
  string,
  string,
]

describe('a process that was given a new APP_SECRET and still knows the old one', () => {
  let before: TestServer
  let renewed: TestServer
  beforeAll(async () => {
    before = await startServer({ APP_SECRET: old })
    const environment = { APP_SECRET: `${replacement},${old}`, ISSUER_URL: before.issuer }
    renewed = await startServer(environment, before.database)
  })
  afterAll(async () => {
    await renewed[Symbol.asyncDispose]()
    await before[Symbol.asyncDispose]()
  })

  const atRenewed = (path: string, cookies: ReadonlyMap<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return fetch(`${renewed.origin}${path}`, { headers: { cookie }, redirect: 'manual' })
  }
  const introspect = async (appSecret: string, token: string) => {
    const { clientId, clientSecret } = introspectionCredentials(appSecret)
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    const headers = { authorization: `Basic ${credentials}` }
    return post(`${renewed.origin}/oauth2/introspect`, { token }, headers)
  }

  test('AS-166: knows who is signed in', async () => {
    const { browser } = await authorize(before)
    const account = await atRenewed('/account', browser.cookies)
    expect(account.status).toBe(200)
    expect(await account.text()).toContain('This session')
  })

  test('goes on with a sign-in that is under way', async () => {
    const browser = createBrowser(before.issuer)
    const page = await browser.open(authorizationUrl(before.issuer).url)
    const same = await atRenewed(page.url.pathname, browser.cookies)
    expect(same.status).toBe(200)
    expect(await same.text()).toContain('name="password"')
    // The page and its form go back to the process that has not been renewed yet.
    const consent: Page = await signIn(browser, page)
    expect(consent.text).toContain('value="authorize"')
  })

  test('accepts tokens that were signed before, from resource servers with either secret', async () => {
    const { body } = await tokens(before)
    for (const appSecret of [old, replacement]) {
      const answer = await introspect(appSecret, body.access_token)
      expect([answer.status, answer.body.active]).toEqual([200, true])
    }
  })

  test('refuses a resource server with another secret', async () => {
    const answer = await introspect(stranger, 'a token')
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
  })

  test('is started again with the new one alone, but not with the old one', async () => {
    const { issuer } = before
    const start = (secret: string) =>
      startServer({ APP_SECRET: secret, ISSUER_URL: issuer }, before.database)
    await using again = await start(replacement)
    expect((await fetch(`${again.origin}/readyz`)).status).toBe(200)
    await expect(start(old)).rejects.toThrow('another APP_SECRET')
  })
})
