import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AdminApi, adminApi } from '../testing/admin-api.ts'
import { createBrowser, type Page } from '../testing/browser.ts'
import { refresh, signIn, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const wide = { scope: 'openid profile read:companies read:inventory read:cogs write:import' }

describe('narrowing an app', () => {
  let server: TestServer
  let api: AdminApi
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'true', ACCESS_TOKEN_FORMAT: 'opaque' })
    api = adminApi(server)
  })
  beforeEach(() => api.post('/reset'))
  afterAll(() => server[Symbol.asyncDispose]())

  type Tokens = Awaited<ReturnType<typeof tokens>>
  const grantOf = async () =>
    server.database.prisma.grant.findFirstOrThrow({ orderBy: { createdAt: 'desc' } })
  const appPage = async ({ browser }: Pick<Tokens, 'browser'>): Promise<Page> => {
    const { text } = await browser.open('/account')
    return browser.open(/href="(\/account\/apps\/[^"]*)"/.exec(text)?.[1] ?? 'no app')
  }
  /** Posts the form with these boxes ticked. */
  const keep = async (person: Pick<Tokens, 'browser'>, scopes: string[], companies: string[]) => {
    const page = await appPage(person)
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    const isAll = companies.includes('all')
    const answer = await fetch(`${server.issuer}${page.url.pathname}`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: [...person.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'sec-fetch-site': 'same-origin',
      },
      body: new URLSearchParams([
        ['csrf', csrf],
        ...scopes.map((scope) => ['scope', scope]),
        ['companies', isAll ? 'all' : 'selected'],
        ...companies.filter((id) => id !== 'all').map((id) => ['company', id]),
      ] as [string, string][]),
    })
    return { status: answer.status, text: await answer.text() }
  }
  const refreshed = async ({ body }: Pick<Tokens, 'body'>) => {
    const answer = await refresh(server, body.refresh_token)
    expect(answer.status).toBe(200)
    return answer.body
  }

  test('shows what the app has, each permission as a box', async () => {
    const app = await tokens(server, wide)
    const { text } = await appPage(app)
    for (const scope of ['read:inventory', 'read:cogs', 'write:import', 'profile']) {
      expect(text).toMatch(new RegExp(`name="scope" value="${scope}" checked`))
    }
    expect(text).not.toContain('value="read:reports"')
    expect(text).toContain('value="all" checked')
  })

  test('takes scopes away from the next tokens, and the app stays connected', async () => {
    const app = await tokens(server, wide)
    expect((await keep(app, ['read:inventory', 'profile'], ['all'])).status).toBe(303)
    const { scope, refresh_token } = await refreshed(app)
    expect(scope).toBe('read:companies read:inventory')
    expect((await grantOf()).scope).toBe('openid profile read:companies read:inventory')
    const again = await refresh(server, refresh_token, { scope: 'read:cogs' })
    expect(again.body.scope ?? '').not.toContain('read:cogs')
  })

  test('takes companies away, and keeps which', async () => {
    const app = await tokens(server, wide)
    const [company] = await server.database.prisma.company.findMany({
      where: { name: 'Harbor Goods LLC' },
    })
    await keep(app, ['read:inventory', 'read:cogs', 'write:import'], [company!.id])
    expect(await grantOf()).toMatchObject({
      companies: 'selected',
      companyIds: JSON.stringify([company!.id]),
    })
    const { text } = await app.browser.open('/account')
    expect(text).toContain('<dd>Harbor Goods LLC</dd>')
  })

  test('never widens, whatever the form says', async () => {
    const app = await tokens(server, { scope: 'read:companies read:inventory' })
    const companies = await server.database.prisma.company.findMany()
    const idOf = (name: string) => companies.find((company) => company.name === name)!.id
    const [mine, gone] = [idOf('Harbor Goods LLC'), idOf('Harbor Goods EU B.V.')]
    await keep(app, ['read:inventory'], [mine])
    const everything = ['read:inventory', 'read:cogs', 'write:import', 'email', 'offline_access']
    await keep(app, everything, ['all'])
    await keep(app, everything, [mine, gone, idOf('Tallow Studio')])
    expect(await grantOf()).toMatchObject({
      scope: 'read:companies read:inventory',
      companies: 'selected',
      companyIds: JSON.stringify([mine]),
    })
  })

  test('refuses to leave nothing, and says what to do instead', async () => {
    const app = await tokens(server, wide)
    const before = await grantOf()
    for (const companies of [[], ['not-mine']]) {
      const answer = await keep(app, ['read:inventory'], companies)
      expect(answer.status).toBe(422)
      expect(answer.text).toContain('Choose at least one company')
      expect(answer.text).not.toContain('value="read:cogs" checked')
    }
    expect(await grantOf()).toEqual(before)
  })

  test('applies to every connection of the app', async () => {
    const one = await tokens(server, wide)
    const two = await tokens(server, { ...wide, browser: one.browser })
    await keep(two, ['read:inventory'], ['all'])
    for (const app of [one, two]) {
      expect((await refreshed(app)).scope).toBe('read:companies read:inventory')
    }
  })

  test('twice at the same moment takes what either takes', async () => {
    const app = await tokens(server, wide)
    await Promise.all([
      keep(app, ['read:inventory', 'read:cogs'], ['all']),
      keep(app, ['read:inventory', 'write:import'], ['all']),
    ])
    expect((await grantOf()).scope).toBe('openid read:companies read:inventory')
  })

  test('is kept in the audit log, once for each change', async () => {
    const app = await tokens(server, wide)
    await keep(app, ['read:inventory'], ['all'])
    await keep(app, ['read:inventory'], ['all'])
    const { body } = await api.get('/audit?type=grant.narrowed')
    expect(body.items).toHaveLength(1)
    expect(JSON.stringify(body.items[0])).toContain('write:import')
  })

  test('lets the app ask again for what was taken back', async () => {
    const app = await tokens(server, wide)
    await keep(app, ['read:inventory'], ['all'])
    const again = await tokens(server, { ...wide, browser: app.browser })
    expect(again.body.scope).toContain('read:cogs')
  })

  test('is nobody else’s: another person’s app is not found', async () => {
    await tokens(server, wide)
    const { id } = await grantOf()
    const browser = createBrowser(server.issuer)
    await signIn(browser, await browser.open('/account'), 'analyst@neonpanel.test')
    const page = await browser.open(`/account/apps/${id}`)
    expect(page.status).toBe(404)
    expect(page.text).not.toContain('Local client')
  })

  test('needs the page’s own form', async () => {
    const app = await tokens(server, wide)
    const before = await grantOf()
    const page = await appPage(app)
    const cookie = [...app.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${server.issuer}${page.url.pathname}`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ scope: 'read:inventory', companies: 'all' }),
    })
    expect(answer.status).toBe(403)
    expect(await grantOf()).toEqual(before)
  })
})
