import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DocumentServer, startDocumentServer } from '../testing/document-server.ts'
import { authorizationUrl, authorize, redeem, redirectUri } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
let web: DocumentServer
beforeAll(async () => {
  web = await startDocumentServer()
  server = await startServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  web[Symbol.dispose]()
})
beforeEach(() => {
  web.requests.length = 0
})

/** A client whose document is served at a path of its own. */
function publish(members: object = {}, answer: object = {}): string {
  const path = `/${randomUUID()}.json`
  const clientId = web.origin + path
  const body = {
    client_id: clientId,
    client_name: 'Documented app',
    redirect_uris: ['http://127.0.0.1/callback'],
    ...members,
  }
  web.served.set(path, { body, ...answer })
  return clientId
}

const open = (clientId: string, request = {}) =>
  fetch(authorizationUrl(server.issuer, { clientId, ...request }).url, { redirect: 'manual' })

describe('a client that is its metadata document', () => {
  test('needs no registration', async () => {
    const clientId = publish()
    const authorized = await authorize(server, { clientId })
    const { status, body } = await redeem(server, authorized, { client_id: clientId })
    expect(status).toBe(200)
    expect(body.refresh_token).toMatch(/^[\w-]{43}$/)
  })

  test('is asked for its document once while that may be cached', async () => {
    const clientId = publish({}, { headers: { 'cache-control': 'max-age=600' } })
    for (let round = 0; round < 3; round += 1) expect((await open(clientId)).status).toBe(303)
    expect(web.requests).toHaveLength(1)
  })

  test('has no ceiling in the scope of its document', async () => {
    const clientId = publish({ scope: 'read:companies nonsense' })
    const { headers } = await open(clientId, { scope: 'read:cogs' })
    expect(headers.get('location')).toContain('/interaction/')
  })

  test('AS-144, AS-145: proves itself with its key where it offers to, as ChatGPT does', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256')
    const keys = `/${randomUUID()}.jwks`
    web.served.set(keys, {
      body: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] },
    })
    const clientId = publish({
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      jwks_uri: web.origin + keys,
    })
    const authorized = await authorize(server, { clientId })
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(server.issuer)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey)
    const form = {
      client_id: clientId,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
    const unproven = await redeem(server, authorized, { client_id: clientId })
    expect([unproven.status, unproven.body.error]).toEqual([401, 'invalid_client'])
    expect((await redeem(server, authorized, form)).status).toBe(200)
    const replayed = await redeem(server, await authorize(server, { clientId }), form)
    expect([replayed.status, replayed.body.error]).toEqual([401, 'invalid_client'])
  })

  test.each([
    ['names another client', { client_id: 'https://other.example/c.json' }, {}],
    ['has no name', { client_name: undefined }, {}],
    ['has no redirect URIs', { redirect_uris: undefined }, {}],
    ['has a bad redirect URI', { redirect_uris: ['http://evil.example/cb'] }, {}],
    ['holds a secret', { client_secret: 'x' }, {}],
    ['wants a shared secret', { token_endpoint_auth_method: 'client_secret_basic' }, {}],
    ['is too long', { padding: 'x'.repeat(6_000) }, {}],
    ['is HTML', {}, { headers: { 'content-type': 'text/html' } }],
    ['is not there', {}, { status: 404 }],
    ['moved', {}, { status: 302, headers: { location: 'https://other.example' } }],
  ])('is refused on a page when its document %s', async (_, members, answer) => {
    const clientId = publish(members, answer)
    const refused = await open(clientId)
    expect(refused.status).toBe(400)
    expect(refused.headers.get('location')).toBeNull()
  })

  test('is not asked again soon after it failed', async () => {
    const clientId = publish({}, { status: 500 })
    await open(clientId)
    await open(clientId)
    expect(web.requests).toHaveLength(1)
  })

  test('gets no redirect to an address that its document does not name', async () => {
    const clientId = publish()
    const refused = await open(clientId, { redirectUri: `${redirectUri}/other` })
    expect(refused.status).toBe(400)
    expect(refused.headers.get('location')).toBeNull()
  })

  test.each([
    'https://169.254.169.254/client.json',
    'https://10.0.0.1/client.json',
    'https://[fd00::1]/client.json',
    'https://localhost:1',
    'http://localhost:1/client.json',
  ])('is not looked for at %s', async (clientId) => {
    expect((await open(clientId)).status).toBe(400)
    expect(web.requests).toHaveLength(0)
  })

  test('shows its errors on our page first', async () => {
    const refused = await open(publish(), { parameters: { prompt: 'none' } })
    expect(refused.status).toBe(400)
    expect(refused.headers.get('location')).toBeNull()
  })
})
