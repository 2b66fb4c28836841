import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { updateClient } from '../clients/clients.ts'
import { createBrowser, type Page } from '../testing/browser.ts'
import { authorizationUrl, authorize, consent, post, redirectUri, signIn } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const policyOf = ({ headers }: Page) => headers.get('content-security-policy') ?? ''

/** The directive that decides where a form may go, and the one for scripts. */
const directive = (page: Page, name: string) =>
  policyOf(page)
    .split(/;\s*/)
    .find((text) => text.startsWith(`${name} `))

describe('a page that posts itself', () => {
  test('may post to the client, and run its own line only', async () => {
    const { page } = await authorize(server, { parameters: { response_mode: 'form_post' } })
    expect(page.text).toContain(`action="${redirectUri}"`)
    expect(page.text).toMatch(/name="code" value="[\w-]{43}"/)
    expect(directive(page, 'form-action')).toContain(`'self' ${new URL(redirectUri).origin}`)
    expect(directive(page, 'script-src')).toMatch(/^script-src 'sha256-[\w+/=]+'$/)
  })

  test('is the only one with a script', async () => {
    const browser = createBrowser(server.issuer)
    const page = await browser.open(authorizationUrl(server.issuer).url)
    expect(policyOf(page)).toContain("default-src 'none'")
    expect(policyOf(page)).not.toContain('script-src')
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    const refused = await browser.open(`${server.issuer}/oauth2/authorize?client_id=nobody`)
    expect(refused.status).toBe(400)
    expect(policyOf(refused)).not.toContain('script-src')
  })
})

describe('a device', () => {
  const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
  const token = (deviceCode: string, clientId = 'local-client') =>
    post(`${server.issuer}/oauth2/token`, {
      grant_type: grantType,
      client_id: clientId,
      device_code: deviceCode,
    })

  beforeAll(async () => {
    await updateClient(server.database, 'local-client', {
      metadata: {
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token', grantType],
        token_endpoint_auth_method: 'none',
      },
    })
  })

  async function start() {
    const form = { client_id: 'local-client', scope: 'read:inventory' }
    const { status, body } = await post(`${server.issuer}/oauth2/device`, form)
    expect(status).toBe(200)
    return body
  }

  test('gets tokens after a person has said yes elsewhere, once', async () => {
    const { device_code: code, user_code: userCode, verification_uri: uri } = await start()
    expect(uri).toBe(`${server.issuer}/device`)
    expect((await token(code)).body.error).toBe('authorization_pending')
    const browser = createBrowser(server.issuer)
    const confirm = await browser.submit(await browser.open(uri), [['user_code', userCode]])
    const next = await browser.submit(confirm, [
      ['user_code', userCode],
      ['confirm', 'yes'],
    ])
    const done = await consent(browser, await signIn(browser, next))
    expect(done.status).toBe(200)
    const { status, body } = await token(code)
    expect(status).toBe(200)
    expect(body.scope).toBe('read:companies read:inventory')
    expect(body.refresh_token).toMatch(/^[\w-]{43}$/)
    expect((await token(code)).body.error).toBe('invalid_grant')
  })

  test('gets nothing when the person declines, or with another’s code', async () => {
    const { device_code: code, user_code: userCode, verification_uri: uri } = await start()
    expect((await token(code, 'mcp-inspector')).status).toBe(400)
    expect((await token('x'.repeat(43))).body.error).toBe('invalid_grant')
    const browser = createBrowser(server.issuer)
    const confirm = await browser.submit(await browser.open(uri), [['user_code', userCode]])
    await browser.submit(confirm, [
      ['user_code', userCode],
      ['abort', 'yes'],
    ])
    expect((await token(code)).body.error).toBe('access_denied')
  })
})

describe('signing out for an app', () => {
  test('asks the person, and leaves what they allowed to apps', async () => {
    const { browser } = await authorize(server)
    const asked = await browser.open(`${server.issuer}/oauth2/logout?client_id=local-client`)
    expect(asked.text).toContain('Sign out')
    await browser.submit(asked, [['logout', 'yes']])
    const after = await browser.open(authorizationUrl(server.issuer).url)
    expect(after.text).toContain('name="password"')
    expect(await server.database.prisma.grant.count({ where: { revokedBy: 'person' } })).toBe(0)
  })

  test.each(['https://evil.example/', 'javascript:alert(1)'])('never leads to %s', async (uri) => {
    const query = new URLSearchParams({ client_id: 'local-client', post_logout_redirect_uri: uri })
    const response = await fetch(`${server.issuer}/oauth2/logout?${query}`, { redirect: 'manual' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  test('may be asked for by POST', async () => {
    const response = await fetch(`${server.issuer}/oauth2/logout`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'local-client' }),
      redirect: 'manual',
    })
    expect(response.headers.get('location')).toBe('/oauth2/logout?client_id=local-client')
  })
})
