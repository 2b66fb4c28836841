import { parametersOf } from '@neonpanel/testing-kit/client/http'
import { challengeOf, randomText } from '@neonpanel/testing-kit/client/oauth-client'
import { demoPassword, people } from '@neonpanel/testing-kit/person/demo-people'
import { parsePage, submission } from '@neonpanel/testing-kit/person/page'
import { describe, expect } from 'vitest'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'

const issuer = 'https://my.example.test'
const stack = await testStack({
  ISSUER_URL: issuer,
  MCP_URL: 'https://mcp.example.test/mcp',
  ADMIN_TOKEN: 'a-long-enough-administrator-token',
  APP_SECRET: randomText(32),
  TRUST_PROXY: 'true',
  SEED: 'demo',
})
const origin = `http://127.0.0.1:${stack.environment.AUTH_PORT}`
const listening = { issuer: origin, mcpUrl: `http://127.0.0.1:${stack.environment.MCP_PORT}/mcp` }
const attack = attacksOn(listening)

const authorize = `/oauth2/authorize?${parametersOf({
  client_id: 'claude',
  redirect_uri: 'https://claude.ai/api/mcp/auth_callback',
  response_type: 'code',
  scope: 'read:companies read:inventory',
  state: 'x',
  code_challenge: challengeOf(randomText()),
  code_challenge_method: 'S256',
})}`

/** A browser behind the TLS proxy, which notes every cookie that it is given. */
function proxiedBrowser() {
  const jar = new Map<string, string>()
  const given: string[] = []
  const request = async (path: string, form?: URLSearchParams, headers = {}) => {
    const answer = await rawRequest(`${origin}${path}`, {
      method: form ? 'POST' : 'GET',
      ...(form && { body: form.toString() }),
      headers: {
        host: 'my.example.test',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'my.example.test',
        'x-forwarded-for': '203.0.113.7',
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(form.toString().length),
          'sec-fetch-site': 'same-origin',
        }),
        ...headers,
      },
    })
    for (const cookie of answer.headers['set-cookie'] ?? []) {
      given.push(cookie)
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      jar.set(name, value)
    }
    return { ...answer, location: answer.headers.location ?? '' }
  }
  const fieldsOf = (html: string) => {
    const page = parsePage(new URL(issuer), 200, new Headers(), html)
    return submission(page, page.root.querySelectorAll('main button').at(-1)!).fields
  }
  return { jar, given, request, fieldsOf }
}

async function signIn(browser: ReturnType<typeof proxiedBrowser>) {
  const started = await browser.request(authorize)
  const interaction = new URL(started.location, issuer).pathname
  const page = await browser.request(interaction)
  const fields = browser.fieldsOf(page.text)
  fields.set('email', people.owner)
  fields.set('password', demoPassword)
  const before = browser.jar.get('__Host-session')
  const posted = await browser.request(interaction, fields)
  const resumed = await browser.request(new URL(posted.location, issuer).pathname)
  return { started, page, posted, resumed, before, after: browser.jar.get('__Host-session') }
}

describe('off loopback, behind a proxy that ends TLS', () => {
  verifies(
    ['AS-165', 'attack-fails'],
    'every cookie is Secure, HttpOnly, SameSite=Lax, of this host alone, and named so',
    attack(async (strike) => {
      const browser = proxiedBrowser()
      await signIn(browser)
      await strike(browser.request('/sign-in'))
      const other = proxiedBrowser()
      await strike(other.request('/sign-in'))
      await strike(other.request('/device'))
      const cookies = [...browser.given, ...other.given]
      const names = cookies.map((cookie) => cookie.split('=')[0] ?? '')
      expect(names).toContain('__Host-session')
      expect(names).toContain('__Host-form')
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; secure/i)
        expect(cookie).toMatch(/; httponly/i)
        expect(cookie).toMatch(/; samesite=lax/i)
        expect(cookie).not.toMatch(/; domain=/i)
        if (cookie.startsWith('__Host-')) expect(cookie).toMatch(/; path=\/(;|$)/i)
        else expect(cookie).toMatch(/^__Secure-/)
      }
    }),
  )

  verifies(
    ['AS-165', 'attack-fails'],
    'the session has another identifier once somebody signed in, and the old one is nobody’s',
    attack(async (strike) => {
      const browser = proxiedBrowser()
      await browser.request('/device')
      const planted = new Map(browser.jar)
      expect(planted.get('__Host-session')).toBeTruthy()
      const { after } = await signIn(browser)
      expect(after).toBeTruthy()
      expect(after).not.toBe(planted.get('__Host-session'))
      const account = await strike(browser.request('/account'))
      expect(account.status).toBe(200)
      const attacker = proxiedBrowser()
      for (const [name, value] of planted) attacker.jar.set(name, value)
      expect((await strike(attacker.request('/account'))).status).toBe(303)
    }),
  )

  verifies(
    ['AS-23', 'AS-29', 'attack-fails'],
    'every answer tells browsers to stay on https, and every page forbids script, frames and other bases',
    attack(async (strike) => {
      const browser = proxiedBrowser()
      const { page, resumed, posted } = await signIn(browser)
      const consent = await browser.request(new URL(resumed.location, issuer).pathname)
      const answers = [
        page,
        posted,
        consent,
        await strike(browser.request('/account')),
        await strike(browser.request('/nowhere')),
        await strike(browser.request('/.well-known/openid-configuration')),
        await strike(browser.request('/oauth2/token', new URLSearchParams({ grant_type: 'x' }))),
        await strike(browser.request('/oauth2/authorize?client_id=x')),
        await strike(browser.request('/console/api/clients')),
      ]
      for (const { headers } of answers) {
        expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
        const policy = String(headers['content-security-policy'])
        for (const directive of [
          "default-src 'none'",
          "style-src 'self'",
          "img-src 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
          "form-action 'self'",
        ])
          expect(policy).toContain(directive)
        expect(policy).not.toMatch(/unsafe|script-src \*|http:/)
      }
    }),
  )

  verifies(
    ['AS-06', 'AS-23', 'attack-fails'],
    'no redirect and no document leads to http or to another host, whatever the proxy is made to say',
    attack(async (strike) => {
      const browser = proxiedBrowser()
      for (const headers of [
        { 'x-forwarded-proto': 'http' },
        { 'x-forwarded-proto': 'http,https' },
        { 'x-forwarded-host': 'evil.example' },
        { 'x-forwarded-host': 'evil.example, my.example.test' },
        { 'x-forwarded-port': '1' },
        { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
      ]) {
        for (const path of ['/.well-known/oauth-authorization-server', authorize, '/account']) {
          const answer = await strike(browser.request(path, undefined, headers))
          expect([200, 303, 308, 421]).toContain(answer.status)
          if (answer.status === 308) expect(answer.location).toMatch(/^https:\/\/my\./)
          expect(`${answer.location}${answer.text}`).not.toMatch(/evil|http:\/\/my\./)
        }
      }
    }),
  )

  verifies(
    ['AS-37', 'attack-fails'],
    'attempts are counted by the address that the proxy saw, not by what the client claims',
    attack(async (strike) => {
      const guess = async (forwarded: string) => {
        const form = new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'demo-service',
          client_secret: randomText(),
        })
        const headers = { 'x-forwarded-for': forwarded }
        return (await strike(proxiedBrowser().request('/oauth2/token', form, headers))).status
      }
      let last = 0
      for (let n = 0; n < 40 && last !== 429; n++) last = await guess(`10.0.0.${n}, 203.0.113.8`)
      expect(last).toBe(429)
      expect(await guess('10.0.0.1, 203.0.113.9')).toBe(401)
    }),
  )

  verifies(
    ['AS-168', 'attack-fails'],
    'there is no test control, no local administrator and no document on this machine',
    attack(async (strike) => {
      const browser = proxiedBrowser()
      const local = { authorization: 'Bearer neonpanel-local-admin' }
      const own = { authorization: 'Bearer a-long-enough-administrator-token' }
      expect((await strike(browser.request('/console/api/keys', undefined, local))).status).toBe(
        401,
      )
      for (const path of ['clock', 'faults', 'requests', 'tokens', 'reset'])
        expect(
          (await strike(browser.request(`/console/api/${path}`, undefined, own))).status,
          path,
        ).toBe(404)
      const document = authorize.replace('client_id=claude', 'client_id=https://localhost/c.json')
      expect((await strike(browser.request(document))).status).toBe(400)
    }),
  )
})
