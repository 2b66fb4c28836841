import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AdminApi, adminApi, problemPaths } from '../../testing/admin-api.ts'
import {
  certificate,
  type DocumentServer,
  startDocumentServer,
} from '../../testing/document-server.ts'
import { authorizationUrl } from '../../testing/flow.ts'
import { startServer, type TestServer } from '../../testing/server.ts'

describe('hosts of client metadata documents on this machine', () => {
  let server: TestServer
  let api: AdminApi
  let web: DocumentServer
  beforeAll(async () => {
    web = await startDocumentServer()
    server = await startServer({ TEST_CONTROLS: 'true' })
    api = adminApi(server)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    web[Symbol.dispose]()
  })

  const host = () => ({ host: 'apps.example', origin: web.origin, ca: certificate })
  const openAs = (clientId: string) =>
    fetch(authorizationUrl(server.issuer, { clientId }).url, { redirect: 'manual' })

  test('are listed until they are removed, or everything is put back', async () => {
    expect((await api.post('/client-metadata-hosts', host())).status).toBe(201)
    expect((await api.get('/client-metadata-hosts')).body.items).toEqual([host()])
    expect((await api.delete('/client-metadata-hosts/apps.example')).status).toBe(204)
    expect((await api.delete('/client-metadata-hosts/apps.example')).status).toBe(404)
    await api.post('/client-metadata-hosts', host())
    await api.post('/reset')
    expect((await api.get('/client-metadata-hosts')).body.items).toEqual([])
  })

  test('are believed only with a certificate for the name in the URL', async () => {
    await api.post('/client-metadata-hosts', host())
    const clientId = 'https://apps.example/client.json'
    const body = { client_id: clientId, client_name: 'App', redirect_uris: ['https://a.example/'] }
    web.served.set('/client.json', { body })
    expect((await openAs(clientId)).status).toBe(400)
    expect(web.requests).toEqual([])
  })

  test.each([
    ['an origin of the internet', { origin: 'https://apps.example' }, 'origin'],
    ['an address inside the network', { origin: 'https://10.0.0.1:8443' }, 'origin'],
    ['plain http', { origin: 'http://localhost:8443' }, 'origin'],
    ['a path', { origin: 'https://localhost:8443/apps' }, 'origin'],
    ['a name without a dot', { host: 'localhost' }, 'host'],
    ['an address', { host: '127.0.0.1' }, 'host'],
    ['a certificate that is none', { ca: 'trust me' }, 'ca'],
  ])('do not take %s', async (_, change, path) => {
    const answer = await api.post('/client-metadata-hosts', { ...host(), ...change })
    expect(answer.status).toBe(400)
    expect(problemPaths(answer)).toEqual([path])
  })
})

test('documents come from the internet only when others can reach the issuer', async () => {
  await using server = await startServer({
    ISSUER_URL: 'https://my.neonpanel.test',
    MCP_URL: 'https://mcp.neonpanel.test/mcp',
    APP_SECRET: 'x'.repeat(43),
    ADMIN_TOKEN: 'an-administrator-of-staging',
    TEST_CONTROLS: 'staging',
    TRUST_PROXY: 'true',
  })
  const answer = await fetch(`${server.origin}/console/api/client-metadata-hosts`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer an-administrator-of-staging',
      'content-type': 'application/json',
      'x-forwarded-host': 'my.neonpanel.test',
      'x-forwarded-proto': 'https',
    },
    body: JSON.stringify({
      host: 'apps.example',
      origin: 'https://localhost:8443',
      ca: certificate,
    }),
  })
  expect(answer.status).toBe(403)
  expect(await answer.json()).toMatchObject({ error: 'not_on_loopback' })
})
