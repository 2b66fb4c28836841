import { challengedScopeParameter } from '@neonpanel/contracts/challenged-scope'
import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../clients/clients.ts'
import { revokeGrant } from '../provider/grants.ts'
import { type Browser, createBrowser, type Page } from '../testing/browser.ts'
import { authorizationUrl, consent, post, redeem, redirectUri, signIn } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const appSecret = 'A'.repeat(43)
const minutesMs = 60_000

let server: TestServer
beforeAll(async () => {
  server = await startServer({ APP_SECRET: appSecret })
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(resetClock)

interface App {
  readonly clientId: string
  readonly redirectUri: string
}

/** A client that nobody granted anything; a trusted one is a site, which is not asked again about what was decided. */
async function newApp(isTrusted = false): Promise<App> {
  const app = {
    clientId: `app-${crypto.randomUUID()}`,
    redirectUri: isTrusted ? 'https://app.example/callback' : redirectUri,
  }
  await createClient(server.database, {
    clientId: app.clientId,
    name: 'App',
    origin: isTrusted ? 'pre-registered' : 'open',
    metadata: {
      client_name: 'App',
      application_type: isTrusted ? 'web' : 'native',
      redirect_uris: [app.redirectUri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    },
  })
  return app
}

/** A person at the consent page of one client; in their own browser, which knows them after the first time. */
interface Visit {
  readonly app: App
  readonly browser: Browser
  readonly verifier: string
  readonly page: Page
}

interface Request {
  readonly app: App
  readonly scope: string
  readonly browser?: Browser
  readonly email?: string
}

async function visit({ app, scope, email, ...known }: Request): Promise<Visit> {
  const { url, verifier } = authorizationUrl(server.issuer, { ...app, scope })
  const browser = known.browser ?? createBrowser(server.issuer)
  const page = await browser.open(url)
  const isSignIn = page.text.includes('name="password"')
  return { app, browser, verifier, page: isSignIn ? await signIn(browser, page, email) : page }
}

/** Goes on with what is ticked; by default with everything that is offered. */
async function finish({ app, browser, verifier, page }: Visit, ticked?: readonly string[]) {
  const choices = [
    ['companies', 'all'],
    ['started_by_me', '1'],
    ['decision', 'authorize'],
  ] as const
  const done = ticked
    ? await browser.submit(page, [...ticked.map((one) => ['scope', one] as const), ...choices])
    : await consent(browser, page)
  const code = done.url.searchParams.get('code') ?? ''
  const form = { client_id: app.clientId, redirect_uri: app.redirectUri }
  const { body } = await redeem(server, { code, verifier }, form)
  return { browser, token: body.access_token as string, scopes: body.scope.split(' ').sort() }
}

const authorize = async (request: Request) => finish(await visit(request))

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
const { clientId: resourceServerId, clientSecret } = introspectionCredentials(appSecret)

/** The resource server answers the token with 403 and these scopes. */
async function challenge(
  token: string,
  scope: string,
  caller: { form?: Record<string, string>; headers?: Record<string, string> } = {
    headers: basic(resourceServerId, clientSecret),
  },
) {
  const form = { token, [challengedScopeParameter]: scope, ...caller.form }
  return (await post(`${server.issuer}/oauth2/introspect`, form, caller.headers)).body
}

const withCompanies = (...scopes: string[]) => ['read:companies', ...scopes].sort()

describe('a request that answers a challenge', () => {
  it.each([
    ['alone', 'read:revenue read:cogs'],
    ['with the required scope', 'read:companies read:revenue read:cogs'],
    ['with all that was granted', 'read:companies read:inventory read:revenue read:cogs'],
  ])(
    'asks only for what is new and grants the union: for the challenged scopes %s',
    async (_, scope) => {
      const app = await newApp()
      const { browser, token } = await authorize({ app, scope: 'read:inventory' })
      await challenge(token, 'read:revenue read:cogs')
      const at = await visit({ app, scope, browser })
      expect(at.page.text).toContain('asks for 2 more permissions</h1>')
      expect(at.page.text).not.toContain('id="scope-read-inventory"')
      expect((await finish(at)).scopes).toEqual(
        withCompanies('read:cogs', 'read:inventory', 'read:revenue'),
      )
    },
  )

  it('need not repeat what a call needs and is granted already', async () => {
    for (const scope of ['read:cogs', 'read:revenue read:cogs']) {
      const app = await newApp()
      const { browser, token } = await authorize({
        app,
        scope: 'read:inventory read:revenue',
      })
      await challenge(token, 'read:revenue read:cogs')
      expect((await authorize({ app, scope, browser })).scopes).toEqual(
        withCompanies('read:cogs', 'read:inventory', 'read:revenue'),
      )
    }
  })

  it('is asked by a trusted client, too, that the person refused it before', async () => {
    const app = await newApp(true)
    const at = await visit({ app, scope: 'read:inventory read:cogs' })
    const { browser, token, scopes } = await finish(at, ['read:inventory'])
    expect(scopes).toEqual(withCompanies('read:inventory'))
    await challenge(token, 'read:cogs')
    const again = await visit({ app, scope: 'read:inventory read:cogs', browser })
    expect(again.page.text).toContain('asks for 1 more permission</h1>')
    expect((await finish(again)).scopes).toEqual(withCompanies('read:cogs', 'read:inventory'))
  })

  it('answers one of several, and each of them once', async () => {
    const app = await newApp()
    const { browser, token } = await authorize({ app, scope: 'read:inventory' })
    await challenge(token, 'read:cogs')
    await challenge(token, 'read:reports')
    const [first, second] = [
      await visit({ app, scope: 'read:reports', browser }),
      await visit({ app, scope: 'read:reports' }),
    ]
    expect((await finish(first)).scopes).toEqual(withCompanies('read:inventory', 'read:reports'))
    expect((await finish(second)).scopes).toEqual(withCompanies('read:reports'))
  })

  it('leaves out what was granted and a role has lost since', async () => {
    const app = await newApp()
    const email = 'analyst@neonpanel.test'
    const { browser, token } = await authorize({ app, scope: 'read:cogs', email })
    const { membership } = server.database.prisma
    const held = { person: { email }, role: 'Finance analyst' }
    const { personId, companyId, role } = await membership.findFirstOrThrow({ where: held })
    await challenge(token, 'read:inventory')
    const where = { personId_companyId: { personId, companyId } }
    await membership.update({ where, data: { role: 'Viewer' } })
    const { scopes } = await authorize({ app, scope: 'read:inventory', browser })
    await membership.update({ where, data: { role } })
    expect(scopes).toEqual(withCompanies('read:inventory'))
  })
})

describe('a request for what was granted and more', () => {
  it('asks only for what is new and grants what it asked for', async () => {
    const app = await newApp()
    const { browser } = await authorize({ app, scope: 'read:warehouses' })
    const at = await visit({ app, scope: 'read:warehouses write:import', browser })
    expect(at.page.text).toContain('asks for 1 more permission</h1>')
    expect(at.page.text).not.toContain('id="scope-read-warehouses"')
    expect((await finish(at)).scopes).toEqual(withCompanies('read:warehouses', 'write:import'))
  })

  it('keeps what was granted when it comes back for what was refused', async () => {
    const app = await newApp()
    const first = await visit({ app, scope: 'read:inventory read:warehouses read:cogs' })
    const { browser } = await finish(first, ['read:inventory'])
    const again = await visit({ app, scope: 'read:inventory read:cogs', browser })
    expect(again.page.text).toContain('asks for 1 more permission</h1>')
    const { scopes } = await finish(again, ['read:cogs'])
    expect(scopes).toEqual(withCompanies('read:cogs', 'read:inventory'))
  })
})

describe('any other request is a new start', () => {
  const granted = 'read:inventory read:warehouses'

  /** What comes of a request after `granted` was, and after whatever happens in between. */
  async function afterwards(scope: string, between: (token: string, app: App) => Promise<unknown>) {
    const app = await newApp()
    const { browser, token } = await authorize({ app, scope: granted })
    await between(token, app)
    const at = await visit({ app, scope, browser })
    expect(at.page.text).not.toContain('more permission')
    return (await finish(at)).scopes
  }

  it.each([
    ['other scopes', 'read:cogs', async () => undefined],
    [
      'what it was challenged for and some of what was granted',
      'read:inventory read:cogs',
      (token: string) => challenge(token, 'read:cogs'),
    ],
    [
      'more than a challenge named',
      'read:cogs read:reports',
      (token: string) => challenge(token, 'read:cogs'),
    ],
    [
      'less than a challenge named',
      'read:cogs',
      (token: string) => challenge(token, 'read:cogs read:revenue'),
    ],
    [
      'another challenge than that',
      'read:cogs',
      (token: string) => challenge(token, 'read:reports'),
    ],
    [
      'what it was challenged for a quarter of an hour ago',
      'read:cogs',
      async (token: string) => {
        await challenge(token, 'read:cogs')
        advanceClock(15 * minutesMs)
      },
    ],
    [
      'what another client was challenged for',
      'read:cogs',
      async () => {
        const { token } = await authorize({ app: await newApp(), scope: granted })
        await challenge(token, 'read:cogs')
      },
    ],
    [
      'what the client of another person was challenged for',
      'read:cogs',
      async (_: string, app: App) => {
        const email = 'analyst@neonpanel.test'
        const { token } = await authorize({ app, scope: 'read:inventory', email })
        await challenge(token, 'read:cogs')
      },
    ],
    [
      'what the client itself says it was challenged for',
      'read:cogs',
      async (token: string, { clientId: client_id }: App) => {
        const answer = await challenge(token, 'read:cogs', { form: { client_id } })
        expect(answer).toMatchObject({ active: true, client_id })
      },
    ],
    [
      'what a token of a grant that has ended was challenged for',
      'read:cogs',
      async (token: string) => {
        const { grant_id: grantId } = await challenge(token, 'read:cogs')
        await revokeGrant(server, grantId, 'person')
        expect(await challenge(token, 'read:cogs')).toEqual({ active: false })
      },
    ],
    [
      'what an older grant was challenged for',
      'read:cogs',
      async (token: string, app: App) => {
        await challenge(token, 'read:cogs')
        advanceClock(minutesMs)
        await authorize({ app, scope: 'read:reports' })
      },
    ],
  ])('and gets exactly what it asks for: %s', async (_, scope, between) => {
    expect(await afterwards(scope, between)).toEqual(withCompanies(...scope.split(' ')))
  })

  it('also when the challenge came while the person was reading', async () => {
    const app = await newApp()
    const { browser, token } = await authorize({ app, scope: granted })
    const at = await visit({ app, scope: 'read:cogs', browser })
    await challenge(token, 'read:cogs')
    expect((await finish(at)).scopes).toEqual(withCompanies('read:cogs'))
  })

  it('has every choice open again when a client repeats its request', async () => {
    const app = await newApp()
    const scope = 'read:inventory read:cogs'
    const { browser } = await authorize({ app, scope })
    const { page } = await visit({ app, scope, browser })
    expect(page.text).not.toContain('more permission')
    expect(page.text).toContain('id="scope-read-inventory"')
  })
})
