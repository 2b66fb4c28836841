import { randomUUID } from 'node:crypto'
import { send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { findControl } from '@neonpanel/testing-kit/person/page'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeEach, describe, expect } from 'vitest'
import {
  type Served,
  startDocumentServer,
} from '../../apps/authorization-server/src/testing/document-server.ts'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const web = await startDocumentServer()
afterAll(() => web[Symbol.dispose]())
const stack = await testStack()
const redirectUri = 'http://127.0.0.1:33418/callback'

beforeEach(() => {
  web.requests.length = 0
})

function publish(members: Record<string, unknown> = {}, answer: Partial<Served> = {}): string {
  const path = `/${randomUUID()}.json`
  serve(path, members, answer)
  return `${web.origin}${path}`
}

function serve(path: string, members: Record<string, unknown> = {}, answer: Partial<Served> = {}) {
  const body = {
    client_id: `${web.origin}${path}`,
    client_name: 'Documented app',
    redirect_uris: ['http://127.0.0.1/callback'],
    ...members,
  }
  web.served.set(path, { body, ...answer })
}

async function open(clientId: string, to = redirectUri): Promise<'sign-in' | 'page'> {
  const { url } = oauthClient(stack, { clientId, redirectUri: to }).authorization()
  const page = await createBrowser(stack.issuer).open(url)
  if (findControl(page, 'textbox', 'Password')) return 'sign-in'
  expect(page.status).toBe(400)
  expect(page.root.querySelector('h1')).not.toBeNull()
  return 'page'
}

describe('a client id that is a URL', () => {
  verifies('AS-137', 'is looked up only where its form is right', async () => {
    const good = publish()
    const { host, pathname } = new URL(good)
    expect(await open(good)).toBe('sign-in')
    web.requests.length = 0
    for (const clientId of [
      `https://${host}`,
      `https://${host}/`,
      `http://${host}${pathname}`,
      `https://${host}/x/..${pathname}`,
      `https://${host}/.${pathname}`,
      `${good}#x`,
      `${good}?x=1`,
      `https://user@${host}${pathname}`,
      `https://user:secret@${host}${pathname}`,
      `https://127.0.0.1:${new URL(good).port}${pathname}`,
      `HTTPS://${host}${pathname}`,
    ]) {
      expect([clientId, await open(clientId)]).toEqual([clientId, 'page'])
    }
    expect(web.requests).toEqual([])
  })

  verifies(['AS-138', 'AS-150'], 'needs 200, and leads nowhere else', async () => {
    const target = publish()
    for (const status of [201, 204, 301, 302, 307, 404, 503]) {
      const clientId = publish({}, { status, headers: { location: target } })
      expect([status, await open(clientId)]).toEqual([status, 'page'])
    }
    expect(web.requests).not.toContain(new URL(target).pathname)
  })

  verifies('AS-142', 'has no secret in its document', async () => {
    expect(await open(publish({ client_secret: 'x' }))).toBe('page')
    expect(await open(publish({ token_endpoint_auth_method: 'client_secret_post' }))).toBe('page')
  })

  verifies(['AS-148', 'AS-150'], 'that never answers is given up', async () => {
    expect(await open(publish({}, { hangs: true }))).toBe('page')
  })

  verifies(
    ['AS-154', 'AS-146'],
    'is another client once its document changed and the cache is over',
    async () => {
      const path = `/${randomUUID()}.json`
      const moved = 'https://moved.example/callback'
      serve(path, {}, { headers: { 'cache-control': 'max-age=120' } })
      expect(await open(`${web.origin}${path}`)).toBe('sign-in')
      serve(path, { redirect_uris: [moved] })
      expect(await open(`${web.origin}${path}`, moved)).toBe('page')
      passTime(130)
      expect(await open(`${web.origin}${path}`, moved)).toBe('sign-in')
      expect(await open(`${web.origin}${path}`)).toBe('page')
    },
  )

  verifies('AS-149', 'is not judged for long by a failure, nor asked again at once', async () => {
    const path = `/${randomUUID()}.json`
    serve(path, {}, { status: 500, headers: { 'cache-control': 'max-age=86400' } })
    expect(await open(`${web.origin}${path}`)).toBe('page')
    expect(await open(`${web.origin}${path}`)).toBe('page')
    expect(web.requests).toEqual([path])
    serve(path)
    passTime(70)
    expect(await open(`${web.origin}${path}`)).toBe('sign-in')
  })

  verifies('AS-152', 'is not looked up when an administrator has registered it', async () => {
    const clientId = publish()
    const created = await adminApi(stack).post('/clients', {
      client_id: clientId,
      client_name: 'Pinned app',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
    })
    expect(created.status, created.text).toBe(201)
    const shown = await adminApi(stack).get(`/clients/${encodeURIComponent(clientId)}`)
    expect(shown.body).toMatchObject({ client_id: clientId, client_name: 'Pinned app' })
    expect(await open(clientId)).toBe('sign-in')
    const at = `/clients/${encodeURIComponent(clientId)}`
    expect((await adminApi(stack).patch(at, { suspended: true })).status).toBe(200)
    expect(await open(clientId)).toBe('page')
    expect(web.requests).toEqual([])
  })
})

describe('the key set of a client', () => {
  verifies('AS-129', 'of ten megabytes is not read to its end, and proves nobody', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }
    const { initial_access_token } = await adminApi(stack).mint()
    const { body: client } = await register(
      stack,
      {
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `${web.origin}/keys`,
      },
      initial_access_token,
    )
    const ask = async () => {
      const assertion = await new SignJWT({ iss: client.client_id, sub: client.client_id })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setAudience(stack.issuer)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey)
      return oauthClient(stack, { clientId: client.client_id, redirectUri }).token({
        grant_type: 'client_credentials',
        client_assertion: assertion,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      })
    }
    web.served.set('/keys', { body: { keys: [key], filler: 'x'.repeat(10 << 20) } })
    const refused = await ask()
    expect([401, 400]).toContain(refused.status)
    expect(refused.body.error).toMatch(/^invalid_client(_metadata)?$/)
    expect((await send(`${stack.issuer}/healthz`)).status).toBe(200)
    web.served.set('/keys', { body: { keys: [key] } })
    expect((await ask()).status).toBe(200)
  })
})
