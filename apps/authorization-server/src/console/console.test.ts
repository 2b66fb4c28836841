import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApi } from '../testing/admin-api.ts'
import { type Browser, createBrowser } from '../testing/browser.ts'
import { csrfOf, sendForm, signedInAt } from '../testing/console.ts'
import { refresh, signIn, tokens } from '../testing/flow.ts'
import { publicClient, register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const sections = [
  ['/console', 'Overview'],
  ['/console/flows', 'Flows'],
  ['/console/clients', 'Clients'],
  ['/console/initial-access-tokens', 'Initial access tokens'],
  ['/console/users', 'Users'],
  ['/console/scopes', 'Scopes'],
  ['/console/keys', 'Keys'],
  ['/console/audit', 'Audit log'],
  ['/console/faults', 'Faults'],
] as const

describe('the console', () => {
  let server: TestServer
  let admin: Browser
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'true' })
    admin = await signedIn('admin@neonpanel.test')
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const signedIn = (email: string) => signedInAt(server, email)

  function send(
    path: string,
    form: Record<string, string>,
    { as, ...options }: { as?: Browser; csrf?: string; site?: string } = {},
  ) {
    return sendForm(server, as ?? admin, path, form, options)
  }

  test.each(sections)('shows an administrator %s', async (path, title) => {
    const page = await admin.open(path)
    expect(page.status).toBe(200)
    expect(page.text).toContain(`<h1>${title}</h1>`)
    expect(page.text).toContain(`<a class="nav-link" href="${path}" aria-current="page">`)
    for (const [href, name] of sections)
      expect(page.text).toMatch(new RegExp(`href="${href}"[^>]*>.*?${name}`))
    // A script of this server may keep flows up to date; nothing stands in the page itself.
    expect(page.text).not.toMatch(
      /<script(?! src="\/live\.js\?v=[^"]+" type="module" [^>]*><\/script>)|style="/,
    )
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    if (path === '/console/flows')
      expect(policy).toMatch(/; script-src 'self'; connect-src 'self'$/)
    else expect(policy).not.toMatch(/script-src|connect-src/)
  })

  test.each(sections)('refuses everybody else %s', async (path) => {
    const owner = await signedIn('owner@neonpanel.test')
    expect((await owner.open(path)).status).toBe(403)
    expect((await createBrowser(server.issuer).open(path)).url.pathname).toBe('/sign-in')
  })

  test('takes no bearer token in place of a session', async () => {
    const answer = await fetch(`${server.issuer}/console/clients`, {
      redirect: 'manual',
      headers: { authorization: `Bearer ${server.config.adminToken}` },
    })
    expect(answer.status).toBe(303)
  })

  test.each([
    ['/console/clients/claude/suspend', {}],
    ['/console/clients/claude/delete', { confirm: 'claude' }],
    [
      '/console/clients/new',
      { client_name: 'x', redirect_uris: 'https://a.test/', kind: 'public' },
    ],
    ['/console/initial-access-tokens', { ttl_seconds: '900', max_uses: '1' }],
    ['/console/users/prs_owner/suspend', {}],
    ['/console/users/prs_owner/roles', { 'role:co_tallow': 'Owner' }],
    ['/console/keys/rotate', {}],
    ['/console/faults', { path: '/x', effect: 'drop', ends: 'once' }],
  ])(
    'does nothing at %s without the form’s token, from another site, or for another person',
    async (path, form: Record<string, string>) => {
      const owner = await signedIn('owner@neonpanel.test')
      const ownersCsrf = csrfOf(await owner.open('/account'))
      expect((await send(path, form, { csrf: '' })).status).toBe(403)
      expect((await send(path, form, { site: 'cross-site' })).status).toBe(403)
      expect((await send(path, form, { csrf: ownersCsrf })).status).toBe(403)
      expect((await send(path, form, { as: owner, csrf: ownersCsrf })).status).toBe(403)
      const api = adminApi(server)
      expect((await api.get('/clients/claude')).body.suspended).toBe(false)
      expect((await api.get('/people/prs_owner')).body).toMatchObject({
        suspended: false,
        roles: { co_harbor_us: 'Owner' },
      })
      expect((await api.get('/keys')).body.items).toHaveLength(2)
      expect((await api.get('/faults')).body.items).toEqual([])
    },
  )

  test('has no page for what does not exist, and says which methods it takes', async () => {
    for (const path of [
      '/console/nothing',
      '/console/clients/unknown',
      '/console/users/unknown',
      '/console/flows/unknown',
    ]) {
      expect((await admin.open(path)).status).toBe(404)
    }
    expect((await send('/console/scopes', {})).status).toBe(405)
  })

  test('mints a token, shows it once, and a client registers with it', async () => {
    const { status, text } = await send('/console/initial-access-tokens', {
      ttl_seconds: '300',
      max_uses: '2',
      note: 'By <hand>',
      allowed_redirect_hosts: 'localhost, 127.0.0.1',
    })
    expect(status).toBe(200)
    expect(text).toContain('By &lt;hand&gt;')
    expect(text).toContain('curl')
    const [, token = ''] = /<div class="secret">\s*<code>([^<]*)<\/code>/.exec(text) ?? []
    const registered = await register(server, publicClient, token)
    expect(registered.status).toBe(201)
    const list = await admin.open('/console/initial-access-tokens')
    expect(list.text).not.toContain(token)
    expect(list.text).toContain('1 of 2')
    const { body: minter } = await adminApi(server).get('/people/prs_admin')
    expect(list.text).toContain(`data-label="Minted by">${minter.name}</td>`)
    const { jti } = JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')))
    await send('/console/initial-access-tokens/revoke', { jti })
    expect((await register(server, publicClient, token)).status).toBe(401)
  })

  test.each([
    ['uses', { max_uses: '101' }, 'Too big'],
    ['a host', { allowed_redirect_hosts: 'https://a.test/' }, 'must be a host'],
    ['a scope', { allowed_scopes: 'read:everything' }, ''],
  ])(
    'says at the field what is wrong with %s',
    async (_, form: Record<string, string>, message) => {
      const given = { ttl_seconds: '900', max_uses: '1', note: 'kept', ...form }
      const { status, text } = await send('/console/initial-access-tokens', given)
      expect(status).toBe(422)
      expect(text).toContain(message)
      expect(text).toContain('value="kept"')
      expect(text).not.toContain('Copy this token now')
    },
  )

  test('registers a confidential client and shows its secret once', async () => {
    const { status, text } = await send('/console/clients/new', {
      client_name: 'By hand',
      redirect_uris: 'https://hand.example/a\nhttps://hand.example/b',
      kind: 'confidential',
    })
    expect(status).toBe(201)
    expect(text).toContain('Copy the client secret now')
    expect(text).toContain('hand.example/<wbr>a')
    const [, secret = ''] = /<div class="secret"><code>([^<]*)</.exec(text) ?? []
    const [client] = (await adminApi(server).get('/clients?q=By hand')).body.items
    expect((await admin.open(`/console/clients/${client.client_id}`)).text).not.toContain(secret)
    const edited = await send(`/console/clients/${client.client_id}/edit`, {
      client_name: 'Renamed',
      redirect_uris: 'https://hand.example/c',
    })
    expect(edited.location).toContain('notice=client-changed')
    expect((await adminApi(server).get(`/clients/${client.client_id}`)).body).toMatchObject({
      client_name: 'Renamed',
      redirect_uris: ['https://hand.example/c'],
    })
  })

  test('says what the rules do not allow, and keeps what was typed', async () => {
    const typed = { client_name: 'Kept', redirect_uris: 'javascript:alert(1)', kind: 'public' }
    const { status, text } = await send('/console/clients/new', typed)
    expect(status).toBe(422)
    expect(text).toContain('value="Kept"')
    expect(text).toContain('javascript:alert(1)</textarea>')
    expect((await adminApi(server).get('/clients?q=Kept')).body.items).toEqual([])
  })

  test('reviews, suspends, reinstates and deletes a client', async () => {
    await adminApi(server).post('/clients', {
      client_name: 'Passing',
      client_id: 'passing',
      redirect_uris: ['https://p.example/'],
    })
    const standing = async () => (await adminApi(server).get('/clients/passing')).body
    await send('/console/clients/passing/review', {})
    expect(await standing()).toMatchObject({ reviewed: true, reviewed_by: 'prs_admin' })
    await send('/console/clients/passing/suspend', {})
    expect(await standing()).toMatchObject({ suspended: true })
    await send('/console/clients/passing/reinstate', {})
    expect(await standing()).toMatchObject({ suspended: false })
    expect((await send('/console/clients/passing/delete', { confirm: 'pass' })).status).toBe(400)
    expect((await send('/console/clients/passing/delete', { confirm: 'passing' })).location).toBe(
      '/console/clients?notice=client-deleted',
    )
    expect((await admin.open('/console/clients/passing')).status).toBe(404)
  })

  test('suspends a person, but not the administrator who asks', async () => {
    const { body } = await tokens(server, { email: 'warehouse@neonpanel.test' })
    await send('/console/users/prs_warehouse/suspend', {})
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
    await send('/console/users/prs_warehouse/reinstate', {})
    expect((await send('/console/users/prs_admin/suspend', {})).status).toBe(409)
    expect((await admin.open('/console')).status).toBe(200)
  })

  test('changes roles, and a role that does not exist is none', async () => {
    await send('/console/users/prs_outsider/roles', {
      'role:co_tallow': 'Viewer',
      'role:co_harbor_us': 'King',
    })
    const { body } = await adminApi(server).get('/people/prs_outsider')
    expect(body.roles).toEqual({ co_tallow: 'Viewer' })
  })

  test('turns a fault on and off, and every page says so meanwhile', async () => {
    const on = await send('/console/faults', {
      path: '/oauth2/jwks',
      effect: 'answer',
      status: '418',
      ends: '300',
    })
    expect(on.location).toBe('/console/faults?notice=fault-on')
    expect((await fetch(`${server.issuer}/oauth2/jwks`)).status).toBe(418)
    expect((await admin.open('/console/scopes')).text).toContain('1 on')
    expect(
      (await send('/console/faults', { path: 'x', effect: 'answer', status: '1', ends: '300' }))
        .status,
    ).toBe(422)
    await send('/console/faults/off', {})
    expect((await fetch(`${server.issuer}/oauth2/jwks`)).status).toBe(200)
    expect((await admin.open('/console/scopes')).text).not.toContain('1 on')
  })

  test('shows hostile filters as text', async () => {
    const hostile = encodeURIComponent('"><script>alert(1)</script>')
    for (const path of [
      '/console/clients?q=',
      '/console/users?q=',
      '/console/audit?client_id=',
      '/console/flows?client_id=',
      '/console/flows?q=',
    ]) {
      const { status, text } = await admin.open(path + hostile)
      expect(status).toBe(200)
      expect(text).not.toContain('<script>')
    }
  })

  test('takes a cursor of nonsense for the first page', async () => {
    expect((await admin.open('/console/clients?cursor=nonsense&limit=-1')).status).toBe(200)
  })
})

describe('the console without test controls', () => {
  test('says that faults are off, and takes none', async () => {
    await using server = await startServer({ TEST_CONTROLS: 'false' })
    const admin = createBrowser(server.issuer)
    const page = await signIn(admin, await admin.open('/console/faults'), 'admin@neonpanel.test')
    expect(page.text).toContain('Faults are off on this server')
    expect(page.text).not.toContain('<form class="fault"')
  })
})
