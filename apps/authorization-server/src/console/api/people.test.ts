import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AdminApi, adminApi, problemPaths } from '../../testing/admin-api.ts'
import { createBrowser } from '../../testing/browser.ts'
import { signedInAt } from '../../testing/console.ts'
import { refresh, tokens } from '../../testing/flow.ts'
import { callJson } from '../../testing/registration.ts'
import { startServer, type TestServer } from '../../testing/server.ts'

describe('people, grants, keys and flows in the admin API', () => {
  let server: TestServer
  let api: AdminApi
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'true' })
    api = adminApi(server)
  })
  beforeEach(() => api.post('/reset'))
  afterAll(() => server[Symbol.asyncDispose]())

  test('show roles and standing, never a password hash', async () => {
    const { body } = await api.get('/people?q=ANALYST')
    expect(body.items).toMatchObject([
      {
        id: 'prs_analyst',
        email: 'analyst@neonpanel.test',
        suspended: false,
        roles: { co_harbor_us: 'Finance analyst', co_tallow: 'Viewer' },
      },
    ])
    expect(JSON.stringify(await api.get('/people'))).not.toContain('argon2')
    expect((await api.get('/people/prs_owner')).body.id).toBe('prs_owner')
    expect((await api.get('/people/prs_nobody')).status).toBe(404)
  })

  test('suspending a person ends their refresh, sessions and sign-in', async () => {
    const { body, browser } = await tokens(server)
    const { body: suspended } = await api.patch('/people/prs_owner', { suspended: true })
    expect(suspended).toMatchObject({ suspended: true, active_grants: 0 })
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
    expect((await browser.open('/account')).url.pathname).toBe('/sign-in')
    const { body: grants } = await api.get('/grants?person_id=prs_owner')
    expect(grants.items).toMatchObject([{ active: false, revoked_by: 'suspension' }])
    expect((await api.patch('/people/prs_owner', { suspended: false })).body.suspended).toBe(false)
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
  })

  test('signing a person out ends every session of theirs, and no grant', async () => {
    const { body, browser } = await tokens(server)
    const other = await signedInAt(server, 'owner@neonpanel.test')
    const analyst = await signedInAt(server, 'analyst@neonpanel.test')
    expect((await api.delete('/people/prs_owner/sessions')).body).toEqual({ ended: 2 })
    expect((await browser.open('/account')).url.pathname).toBe('/sign-in')
    expect((await other.open('/account')).url.pathname).toBe('/sign-in')
    expect((await analyst.open('/account')).url.pathname).toBe('/account')
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
    expect((await api.delete('/people/prs_owner/sessions')).body).toEqual({ ended: 0 })
    expect((await api.delete('/people/prs_nobody/sessions')).status).toBe(404)
    const { body: trace } = await api.get('/audit?person_id=prs_owner&type=session.ended')
    expect(trace.items.at(-1)).toMatchObject({ detail: { by: 'admin_api', count: 2 } })
  })

  test('are found by a scope that they hold somewhere', async () => {
    const idsWith = async (scope: string) =>
      (await api.get(`/people?scope=${scope}`)).body.items.map(({ id }: { id: string }) => id)
    expect(await idsWith('read:landed-cost')).toEqual(['prs_owner'])
    expect((await idsWith('write:import')).toSorted()).toEqual(['prs_owner', 'prs_warehouse'])
    await api.patch('/people/prs_owner', { suspended: true })
    expect(await idsWith('read:landed-cost')).toEqual([])
    const { body } = await api.get('/scopes')
    expect(body.items.find(({ scope }: { scope: string }) => scope === 'read:landed-cost')).toEqual(
      expect.objectContaining({ roles: ['Owner'], tools: ['get_item_landed_cost'], people: 0 }),
    )
  })

  test('a lost role narrows what was granted at the next refresh', async () => {
    const { body } = await tokens(server, { scope: 'read:inventory read:cogs' })
    expect(body.scope.split(' ')).toContain('read:cogs')
    await api.patch('/people/prs_owner', {
      roles: { co_harbor_us: 'Viewer', co_harbor_eu: null },
    })
    const { body: narrowed } = await refresh(server, body.refresh_token)
    expect(narrowed.scope.split(' ').toSorted()).toEqual(['read:companies', 'read:inventory'])
  })

  test.each([
    ['an unknown role', { roles: { co_harbor_us: 'King' } }, ['roles.co_harbor_us']],
    ['an unknown company', { roles: { co_x: 'Owner' } }, ['roles.co_x']],
    ['a word for a flag', { suspended: 'yes' }, ['suspended']],
    ['an unknown member', { administrator: true }, ['administrator', '']],
    ['nothing', {}, ['']],
  ])('a person is not given %s', async (_, change, paths) => {
    const answer = await api.patch('/people/prs_owner', change)
    expect(answer.status).toBe(400)
    expect(problemPaths(answer).toSorted()).toEqual(paths.toSorted())
    expect((await api.get('/people/prs_owner')).body.roles.co_harbor_us).toBe('Owner')
  })

  test('nobody is changed who does not exist', async () => {
    expect((await api.patch('/people/prs_nobody', { suspended: true })).status).toBe(404)
  })

  test('deleting a grant ends it, and only it', async () => {
    const first = await tokens(server)
    const second = await tokens(server, { email: 'analyst@neonpanel.test' })
    const { body } = await api.get('/grants?person_id=prs_owner&client_id=local-client&active=true')
    expect(body.items).toHaveLength(1)
    expect((await api.delete(`/grants/${body.items[0].id}`)).status).toBe(204)
    expect((await api.delete('/grants/unknown')).status).toBe(404)
    expect((await refresh(server, first.body.refresh_token)).status).toBe(400)
    expect((await refresh(server, second.body.refresh_token)).status).toBe(200)
    const ended = await api.get('/grants?active=false')
    expect(ended.body.items).toMatchObject([{ revoked_by: 'administrator' }])
  })

  test('rotating keys publishes new ones and shows no private part', async () => {
    const { body: before } = await api.get('/keys')
    expect(before.items.map(({ state }: { state: string }) => state)).toEqual([
      'signing',
      'signing',
    ])
    const { status, body: after } = await api.post('/keys/rotate')
    expect(status).toBe(201)
    expect(after.items).toHaveLength(4)
    expect(after.items.filter(({ state }: { state: string }) => state === 'next')).toHaveLength(2)
    for (const { public_jwk } of after.items) expect(public_jwk).not.toHaveProperty('d')
    const { body: jwks } = await callJson(`${server.issuer}/oauth2/jwks`, {})
    const published = jwks.keys.map(({ kid }: { kid: string }) => kid)
    expect(after.items.map(({ kid }: { kid: string }) => kid).toSorted()).toEqual(
      published.toSorted(),
    )
  })

  test('a flow is told from the authorization request to the token', async () => {
    await tokens(server)
    const { body } = await api.get('/flows?status=in_progress')
    expect(body.items).toMatchObject([
      {
        status: 'in_progress',
        step: 'token',
        client_id: 'local-client',
        client_name: 'Local client',
        person_id: 'prs_owner',
        steps: {
          discovery: 'skipped',
          register: 'skipped',
          authorize: 'ok',
          sign_in: 'ok',
          consent: 'ok',
          code: 'ok',
          token: 'live',
          tool_call: 'skipped',
        },
      },
    ])
    const { body: flow } = await api.get(`/flows/${body.items[0].id}`)
    const told = flow.exchanges.map(
      ({ step, request }: { step: string; request: { method: string } }) =>
        `${step} ${request.method}`,
    )
    expect(told).toEqual([
      'authorize GET',
      'sign_in GET',
      'sign_in POST',
      'sign_in GET',
      'consent GET',
      'consent POST',
      'code GET',
      'token POST',
    ])
    expect((await api.get('/flows/unknown')).status).toBe(404)
    expect((await api.get('/flows?status=lost')).status).toBe(400)
    expect((await api.get('/flows?step=code')).body.items).toEqual([])
    expect((await api.get('/flows?client_id=claude')).body.items).toEqual([])
  })

  test('a failed sign-in to our own pages is no flow', async () => {
    const browser = createBrowser(server.issuer)
    const page = await browser.open('/sign-in')
    await browser.submit(page, [
      ['email', 'owner@neonpanel.test'],
      ['password', 'wrong'],
    ])
    expect((await api.get('/flows')).body.items).toEqual([])
  })
})
