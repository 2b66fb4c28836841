import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApi } from '../testing/admin-api.ts'
import { csrfOf, sendForm, signedInAt } from '../testing/console.ts'
import { refresh, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

describe('an administrator of the console', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const makeAdministrator = (administrator: boolean) =>
    server.database.prisma.person.update({
      where: { id: 'prs_analyst' },
      data: { administrator, suspendedAt: null },
    })

  const analyst = async () => {
    await makeAdministrator(true)
    const browser = await signedInAt(server, 'analyst@neonpanel.test')
    const page = await browser.open('/console')
    expect(page.status).toBe(200)
    return { browser, csrf: csrfOf(page) }
  }

  test('loses it with that right, at the next request', async () => {
    const { browser, csrf } = await analyst()
    await makeAdministrator(false)
    expect((await browser.open('/console')).status).toBe(403)
    expect((await browser.open('/console/audit.csv')).status).toBe(403)
    const sent = await sendForm(server, browser, '/console/clients/claude/suspend', {}, { csrf })
    expect(sent.status).toBe(403)
    expect((await adminApi(server).get('/clients/claude')).body.suspended).toBe(false)
  })

  test.each([
    ['suspended', () => adminApi(server).patch('/people/prs_analyst', { suspended: true })],
    ['signed out everywhere', () => adminApi(server).delete('/people/prs_analyst/sessions')],
  ])('loses it when %s, at the next request', async (_, shutOut) => {
    const { browser, csrf } = await analyst()
    await shutOut()
    const sent = await sendForm(server, browser, '/console/keys/rotate', {}, { csrf })
    expect(sent).toMatchObject({ status: 303, location: expect.stringContaining('/sign-in') })
    expect((await browser.open('/console')).url.pathname).toBe('/sign-in')
    expect((await adminApi(server).get('/keys')).body.items).toHaveLength(2)
  })

  test('reads the description of the admin API in the browser, as the API itself gives it', async () => {
    const { browser } = await analyst()
    const { status, text } = await browser.open('/console/openapi.json')
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual((await adminApi(server).get('/openapi.json')).body)
    await makeAdministrator(false)
    expect((await browser.open('/console/openapi.json')).status).toBe(403)
  })

  test('is named in the audit log for what they did', async () => {
    const { browser } = await analyst()
    const { body } = await tokens(server)
    const grants = await adminApi(server).get('/grants?active=true&person_id=prs_owner')
    const [{ id }] = grants.body.items
    await sendForm(server, browser, '/console/users/prs_owner/grants/revoke', { grant_id: id })
    expect((await refresh(server, body.refresh_token)).status).toBe(400)
    const { body: trace } = await adminApi(server).get(`/audit?grant_id=${id}&type=grant.revoked`)
    expect(trace.items).toMatchObject([
      { detail: { by: 'administrator', administrator: 'prs_analyst' } },
    ])
  })

  test('signs another person out everywhere, and sees how often they were signed in', async () => {
    const { browser } = await analyst()
    const owner = await signedInAt(server, 'owner@neonpanel.test')
    expect((await browser.open('/console/users/prs_owner')).text).toMatch(/In \d browsers?/)
    const sent = await sendForm(server, browser, '/console/users/prs_owner/sign-out', {})
    expect(sent.location).toBe('/console/users/prs_owner?notice=person-signed-out')
    expect((await owner.open('/account')).url.pathname).toBe('/sign-in')
    expect((await browser.open('/console/users/prs_owner')).text).toContain('Nowhere')
  })

  test('rotates a client’s secret and sees the new one once', async () => {
    const { browser } = await analyst()
    const path = '/console/clients/demo-service'
    expect((await sendForm(server, browser, `${path}/secret`, {}, { csrf: 'x' })).status).toBe(403)
    const { status, text } = await sendForm(server, browser, `${path}/secret`, {})
    expect(status).toBe(201)
    const [, secret = ''] = /<div class="secret"><code>([^<]*)</.exec(text) ?? []
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect((await browser.open(path)).text).not.toContain(secret)
    expect((await sendForm(server, browser, '/console/clients/claude/secret', {})).status).toBe(409)
  })

  test('ends every grant of a client, but only with its id typed', async () => {
    const { browser } = await analyst()
    const { body } = await tokens(server)
    const path = '/console/clients/local-client/grants/revoke-all'
    expect((await sendForm(server, browser, path, { confirm: 'local' })).status).toBe(400)
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
    const { body: renewed } = await tokens(server)
    await sendForm(server, browser, path, { confirm: 'local-client' })
    expect((await refresh(server, renewed.refresh_token)).status).toBe(400)
  })
})
