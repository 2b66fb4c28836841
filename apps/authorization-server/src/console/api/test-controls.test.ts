import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type AdminApi, adminApi, problemPaths } from '../../testing/admin-api.ts'
import { redeem, refresh, tokens } from '../../testing/flow.ts'
import { startServer, type TestServer } from '../../testing/server.ts'

describe('test controls in the admin API', () => {
  let server: TestServer
  let api: AdminApi
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'true' })
    api = adminApi(server)
  })
  afterEach(() => api.post('/reset'))
  afterAll(() => server[Symbol.asyncDispose]())

  test('an advanced clock ends what has a lifetime, and a reset gives the time back', async () => {
    const { body } = await tokens(server)
    const { body: clock } = await api.post('/clock', { advance_seconds: 31 * 86_400 })
    expect(clock).toMatchObject({ offset_seconds: 31 * 86_400 })
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
    expect((await api.post('/clock', { reset: true })).body.offset_seconds).toBe(0)
  })

  test('a clock that was set goes on from there', async () => {
    const { body } = await api.post('/clock', { set: '2031-05-01T12:00:00Z' })
    expect(body.now).toMatch(/^2031-05-01T12:00:0/)
    expect((await api.get('/clock')).body.now).toMatch(/^2031-05-01T12:0/)
  })

  test.each([
    ['nothing', {}],
    ['a word', { advance_seconds: 'soon' }],
    ['a date without time', { set: '2031-05-01' }],
    ['two wishes', { advance_seconds: 1, reset: true }],
    ['no reset', { reset: false }],
    ['a thousand years', { advance_seconds: 4e10 }],
  ])('a clock takes not %s', async (_, wish) => {
    expect((await api.post('/clock', wish)).status).toBe(400)
    expect((await api.get('/clock')).body.offset_seconds).toBe(0)
  })

  test('a fault answers in place of the server until it is deleted', async () => {
    const { status, body: fault } = await api.post('/faults', {
      where: { server: 'authorization-server', method: 'POST', path: '/oauth2/token' },
      what: { status: 503, headers: { 'Retry-After': '5' }, body: { error: 'busy' } },
    })
    expect(status).toBe(201)
    const struck = await redeem(server, { code: 'x', verifier: 'y' })
    expect(struck).toMatchObject({ status: 503, body: { error: 'busy' } })
    expect((await api.get('/faults')).body.items).toMatchObject([{ id: fault.id, hits: 1 }])
    expect((await api.delete(`/faults/${fault.id}`)).status).toBe(204)
    for (const type of ['test.fault_on', 'test.fault_off']) {
      const { body: audited } = await api.get(`/audit?type=${type}`)
      expect(audited.items).toMatchObject([{ type, detail: { id: fault.id } }])
    }
    expect((await api.delete(`/faults/${fault.id}`)).status).toBe(404)
    expect((await redeem(server, { code: 'x', verifier: 'y' })).status).toBe(400)
  })

  test('a fault on everything leaves the admin API alone', async () => {
    await api.post('/faults', { what: { drop_connection: true } })
    expect((await api.delete('/faults')).status).toBe(204)
    expect((await fetch(`${server.issuer}/oauth2/jwks`)).status).toBe(200)
  })

  test('a preset is a fault with a story, for whom and for how long one says', async () => {
    const { body: presets } = await api.get('/faults/presets')
    const preset = presets.items.find(({ id }: { id: string }) => id === 'wrong-audience')
    expect(preset.sources).not.toEqual([])
    const where = { client_id: 'claude', person: 'owner@neonpanel.test' }
    const wish = { preset: preset.id, where, until: { count: 1 } }
    const { status, body } = await api.post('/faults', wish)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      preset: preset.id,
      title: preset.title,
      what: preset.what,
      where: { ...preset.where, client_id: 'claude', person: 'prs_owner' },
      until: { remaining: 1 },
    })
  })

  test.each([
    ['nothing to do', { where: { path: '/x' } }, ['what']],
    [
      'a bad status and a bad path',
      { where: { path: 'x' }, what: { status: 1 } },
      ['what.status', 'where.path'],
    ],
    ['an unknown deed', { what: { explode: true } }, ['what', 'what.explode']],
    ['two answers', { what: { html: true, challenge: {} } }, ['what']],
    [
      'a person who does not exist',
      { where: { person: 'x@y.test' }, what: { html: true } },
      ['where.person'],
    ],
    ['an unknown preset', { preset: 'doom' }, ['preset']],
    [
      'a preset with problems of its own',
      { preset: 'doom', where: { nth: 0 }, what: {}, until: { count: 0 } },
      ['preset', 'until.count', 'what', 'where.nth'],
    ],
  ])('a fault takes not %s', async (_, fault, paths) => {
    const answer = await api.post('/faults', fault)
    expect(answer.status).toBe(400)
    expect(problemPaths(answer).toSorted()).toEqual(paths)
  })

  test('requests are told without secrets, and the console’s are not told at all', async () => {
    const { body } = await tokens(server)
    const { body: recorded } = await api.get('/requests?path=/oauth2/token&method=post')
    expect(recorded.items).toHaveLength(1)
    expect(recorded.items[0]).toMatchObject({ status: 200, method: 'POST', path: '/oauth2/token' })
    const all = JSON.stringify((await api.get('/requests?limit=500')).body)
    for (const secret of [
      body.access_token,
      body.refresh_token,
      'neonpanel-demo',
      'neonpanel-local-admin',
    ]) {
      expect(all).not.toContain(secret)
    }
    expect(all).not.toContain('/console/api')
    expect((await api.get('/requests?limit=501')).status).toBe(400)
    expect((await api.delete('/requests')).status).toBe(204)
    expect((await api.get('/requests')).body.items).toEqual([])
  })

  test('a reset brings back the seed and leaves nothing else', async () => {
    const { body } = await tokens(server)
    await api.post('/clients', {
      client_name: 'x',
      client_id: 'passing',
      redirect_uris: ['https://a.test/'],
    })
    await api.delete('/clients/claude')
    await api.patch('/people/prs_owner', { suspended: true })
    await api.post('/faults', { what: { status: 500 } })
    expect((await api.post('/reset')).status).toBe(204)
    expect((await api.get('/clients/passing')).status).toBe(404)
    expect((await api.get('/clients/claude')).status).toBe(200)
    expect((await api.get('/people/prs_owner')).body.suspended).toBe(false)
    expect((await api.get('/grants')).body.items).toEqual([])
    expect((await api.get('/faults')).body.items).toEqual([])
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
    expect((await tokens(server)).status).toBe(200)
  })

  test('a minted token is like one that was consented to', async () => {
    const { status, body } = await api.post('/tokens', {
      person: 'ANALYST@neonpanel.test',
      client_id: 'claude',
      scope: 'read:inventory',
      companies: ['co_tallow'],
      ttl_seconds: 60,
    })
    expect(status).toBe(201)
    expect(decodeProtectedHeader(body.token)).toEqual(body.header)
    expect(decodeJwt(body.token)).toMatchObject({
      iss: server.issuer,
      aud: server.config.mcpUrl,
      sub: 'prs_analyst',
      client_id: 'claude',
      companies: ['co_tallow'],
    })
    expect(body.claims.exp - body.claims.iat).toBe(60)
    const { body: grants } = await api.get('/grants?active=true')
    expect(grants.items).toMatchObject([{ id: body.claims.grant_id, person_id: 'prs_analyst' }])
  })

  test('a minted token is as wrong as it is wanted', async () => {
    const { body } = await api.post('/tokens', {
      claims: { aud: 'https://elsewhere.test', jti: null, extra: [1] },
      header: { typ: 'JWT', kid: null },
    })
    expect(body.header).toEqual({ alg: 'ES256', typ: 'JWT' })
    expect(decodeJwt(body.token)).toMatchObject({ aud: 'https://elsewhere.test', extra: [1] })
    expect(body.claims).not.toHaveProperty('jti')
    const unsigned = await api.post('/tokens', { key: 'none' })
    expect(unsigned.body.token).toMatch(/^[\w-]+\.[\w-]+\.$/)
  })

  test.each([
    ['a person who does not exist', { person: 'nobody@neonpanel.test' }, ['person']],
    ['an unknown key', { key: 'theirs' }, ['key']],
    ['an unknown member', { alg: 'none' }, ['alg']],
  ])('no token is minted for %s', async (_, wanted, paths) => {
    const answer = await api.post('/tokens', wanted)
    expect(answer.status).toBe(400)
    expect(problemPaths(answer)).toEqual(paths)
  })
})
