import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { updateClient } from '../clients/clients.ts'
import { createBrowser } from '../testing/browser.ts'
import { authorizationUrl, authorize, post, redeem, refresh, signIn } from '../testing/flow.ts'
import { register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Every row of every table that holds something of the authorization server, as text. */
async function everythingStored(): Promise<string> {
  const { prisma } = server.database
  const rows = await Promise.all([
    prisma.oidcRecord.findMany(),
    prisma.client.findMany(),
    prisma.grant.findMany(),
    prisma.initialAccessToken.findMany(),
    prisma.signingKey.findMany(),
    prisma.auditEvent.findMany(),
    prisma.person.findMany(),
    prisma.revokedAccessToken.findMany(),
  ])
  return JSON.stringify(rows)
}

describe('what is stored and logged', () => {
  test('holds nothing that could be presented', async () => {
    const presented: Record<string, string> = {}
    const iat = await server.mint({ maxUses: 2 })
    const client = await register(server, { redirect_uris: ['https://app.example/cb'] }, iat)
    const browser = createBrowser(server.issuer)
    const waiting = authorizationUrl(server.issuer, {
      parameters: { resource: server.config.mcpUrl },
    })
    await browser.open(waiting.url)
    // An interaction is named in its address; what its browser holds besides is the signature.
    const interaction = browser.cookies.get('interaction')!
    presented.interactionSignature = browser.cookies.get('interaction.sig')!
    const authorized = await authorize(server, { browser })
    presented.sessionCookie = browser.cookies.get('session')!
    const first = await redeem(server, authorized)
    const second = await refresh(server, first.body.refresh_token)
    const unused = await authorize(server, { browser })
    const device = await post(`${server.issuer}/oauth2/device`, { client_id: 'device-client' })
    const pushed = await post(
      `${server.issuer}/oauth2/par`,
      Object.fromEntries(new URL(authorizationUrl(server.issuer).url).searchParams),
    )
    Object.assign(presented, {
      iat,
      clientSecret: client.body.client_secret,
      registrationToken: client.body.registration_access_token,
      usedCode: authorized.code,
      unusedCode: unused.code,
      accessToken: first.body.access_token,
      usedRefreshToken: first.body.refresh_token,
      refreshToken: second.body.refresh_token,
      requestUri: pushed.body.request_uri.split(':').at(-1),
      demoPassword: 'neonpanel-demo"',
      demoSecret: 'neonpanel-demo-secret',
    })
    expect(device.body.error).toBe('invalid_client')

    const stored = await everythingStored()
    const logged = server.log()
    expect(stored.includes(`"idHash":"${interaction}"`)).toBe(false)
    expect(stored).toContain('RefreshToken')
    expect(logged).toContain('/oauth2/token')
    for (const [name, value] of Object.entries(presented)) {
      expect(value, name).toEqual(expect.stringMatching(/^.{8,}/))
      expect(stored.includes(value), `${name} is stored`).toBe(false)
      expect(logged.includes(value), `${name} is logged`).toBe(false)
    }
  })

  test('holds no device code or user code', async () => {
    await updateClient(server.database, 'local-client', {
      metadata: {
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        token_endpoint_auth_method: 'none',
      },
    })
    await using fresh = await startServer({}, server.database)
    const { status, body } = await post(`${fresh.issuer}/oauth2/device`, {
      client_id: 'local-client',
    })
    expect(status).toBe(200)
    const browser = createBrowser(fresh.issuer)
    const entry = await browser.open(`${fresh.issuer}/device`)
    const confirm = await browser.submit(entry, [['user_code', body.user_code]])
    const reached = await browser.submit(confirm, [
      ['user_code', body.user_code],
      ['confirm', 'yes'],
    ])
    const consent = await signIn(browser, reached)
    expect(consent.text).toContain('value="authorize"')
    const stored = await everythingStored()
    const userCode = body.user_code.replace('-', '')
    for (const value of [body.device_code, body.user_code, userCode]) {
      expect(stored.includes(value)).toBe(false)
      expect(fresh.log().includes(value)).toBe(false)
    }
  })
})
