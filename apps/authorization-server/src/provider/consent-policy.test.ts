import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from '../testing/browser.ts'
import { authorizationUrl, authorize, consent, redeem, refresh } from '../testing/flow.ts'
import { register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { revokeGrant } from './grants.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ REGISTRATION_MODE: 'open' })
})
afterAll(() => server[Symbol.asyncDispose]())

const claude = { clientId: 'claude', redirectUri: 'https://claude.ai/api/mcp/auth_callback' }

const tokensOf = async (authorized: { code: string; verifier: string }) =>
  redeem(server, authorized, { client_id: claude.clientId, redirect_uri: claude.redirectUri })

describe('consent', () => {
  test('is asked for once for a client that somebody vouches for', async () => {
    const { browser } = await authorize(server, claude)
    const again = await browser.open(authorizationUrl(server.issuer, claude).url)
    expect(again.url.searchParams.get('code')).toMatch(/^[\w-]{43}$/)
  })

  test('is asked for every time where anybody may pretend to be the client', async () => {
    const redirectUri = 'https://unknown.example/cb'
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    const { body } = await register(server, metadata)
    for (const request of [{}, { clientId: body.client_id, redirectUri }]) {
      const { browser, code } = await authorize(server, request)
      expect(code).toMatch(/^[\w-]{43}$/)
      const again = await browser.open(authorizationUrl(server.issuer, request).url)
      expect(again.text).toContain('value="authorize"')
      const silent = { ...request, parameters: { prompt: 'none' } }
      const quiet = await browser.open(authorizationUrl(server.issuer, silent).url)
      expect(quiet.url.searchParams.get('error')).toMatch(/^(consent|interaction)_required$/)
    }
  })

  test('is asked for again when more is asked for, and loses nothing', async () => {
    const first = await authorize(server, claude)
    const before = await tokensOf(first)
    const more = { ...claude, scope: 'read:inventory read:cogs' }
    const { url, verifier } = authorizationUrl(server.issuer, more)
    const asked = await first.browser.open(url)
    expect(asked.text).toContain('value="read:cogs"')
    const page = await consent(first.browser, asked)
    const code = page.url.searchParams.get('code')!
    const after = await tokensOf({ code, verifier })
    expect(after.body.scope.split(' ').toSorted()).toEqual([
      'read:cogs',
      'read:companies',
      'read:inventory',
    ])
    const kept = await refresh(server, before.body.refresh_token, { client_id: 'claude' })
    expect(kept.status).toBe(200)
  })

  test('is asked for again after it was revoked', async () => {
    const { browser, ...authorized } = await authorize(server, claude)
    const { body } = await tokensOf(authorized)
    const { grant_id: grantId } = JSON.parse(
      Buffer.from(body.access_token.split('.')[1], 'base64url').toString(),
    )
    await revokeGrant(server, grantId, 'person')
    const again = await browser.open(authorizationUrl(server.issuer, claude).url)
    expect(again.text).toContain('value="authorize"')
  })

  test('is asked for again when a client wants it so', async () => {
    const { browser } = await authorize(server, claude)
    const request = { ...claude, parameters: { prompt: 'consent' } }
    const again = await browser.open(authorizationUrl(server.issuer, request).url)
    expect(again.text).toContain('value="authorize"')
  })
})

describe('a session', () => {
  test('of a person who was suspended since leads to sign in', async () => {
    await using other = await startServer()
    const { browser } = await authorize(other)
    const data = { suspendedAt: new Date() }
    await other.database.prisma.person.update({ where: { id: 'prs_owner' }, data })
    const page = await browser.open(authorizationUrl(other.issuer).url)
    expect(page.text).toContain('name="password"')
  })

  test('is another one after sign-in, whatever cookie the browser came with', async () => {
    const browser = createBrowser(server.issuer)
    await authorize(server, { browser })
    const first = browser.cookies.get('session')
    await authorize(server, { browser, parameters: { prompt: 'login' } })
    const second = browser.cookies.get('session')
    expect(first).toMatch(/^[\w-]{43}$/)
    expect(second).toMatch(/^[\w-]{43}$/)
    expect(second).not.toBe(first)
  })
})
