import { randomUUID } from 'node:crypto'
import { postForm, send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { fill, type Page, textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson, type Person } from '@neonpanel/testing-kit/person/people'
import { afterAll, describe, expect } from 'vitest'
import { startDocumentServer } from '../../apps/authorization-server/src/testing/document-server.ts'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'

const web = await startDocumentServer()
afterAll(() => web[Symbol.dispose]())
const stack = await testStack()
const attack = attacksOn(stack)
const redirectUri = 'http://127.0.0.1:33418/callback'

const ask = (clientId: string) =>
  send(oauthClient(stack, { clientId, redirectUri }).authorization().url, {
    headers: { accept: 'text/html' },
  })

function publish(members: Record<string, unknown>, answer: object = {}): string {
  const path = `/${randomUUID()}.json`
  const client_id = `${web.origin}${path}`
  const redirect_uris = ['http://127.0.0.1/callback']
  const body = { client_id, client_name: 'App', redirect_uris, ...members }
  web.served.set(path, { body, ...answer })
  return client_id
}

describe('server-side request forgery by a client’s address', () => {
  for (const host of [
    '127.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00::1]',
    'metadata',
    'intranet.local@localhost',
  ]) {
    verifies(
      ['AS-137', 'AS-147', 'attack-fails'],
      `https://${host} is asked for nothing`,
      attack(async (strike) => {
        const port = new URL(web.origin).port
        const before = web.requests.length
        for (const clientId of [`https://${host}/client.json`, `https://${host}:${port}/c.json`]) {
          const answer = await strike(ask(clientId))
          expect(answer.status, clientId).toBe(400)
          expect(answer.headers.get('location')).toBeNull()
        }
        expect(web.requests.length).toBe(before)
      }),
    )
  }

  for (const url of [
    'http://localhost/c.json',
    'ftp://localhost/c.json',
    'file:///etc/passwd',
    'gopher://localhost:25/_',
    'https://localhost/a/../c.json',
    'https://localhost/%2e%2e/c.json',
    'https://localhost/c.json#x',
    'https://localhost\\@evil.example/c.json',
    'https://user:pw@localhost/c.json',
    'HTTPS://LOCALHOST/c.json',
    'https://localhost/',
    'https:localhost/c.json',
  ]) {
    verifies(
      ['AS-137', 'attack-fails'],
      `${url} is no client`,
      attack(async (strike) => {
        expect((await strike(ask(url))).status).toBe(400)
      }),
    )
  }

  verifies(
    ['AS-138', 'attack-fails'],
    'a document that sends on to the inside is not followed',
    attack(async (strike) => {
      for (const status of [301, 302, 307, 308]) {
        const location = `${web.origin}/inside-${status}`
        const answer = await strike(ask(publish({}, { status, headers: { location } })))
        expect(answer.status).toBe(400)
        expect(web.requests).not.toContain(`/inside-${status}`)
      }
    }),
  )

  verifies(
    ['AS-139', 'AS-142', 'AS-146', 'attack-fails'],
    'a document does not speak for another client, hold a secret, or bring bad redirects',
    attack(async (strike) => {
      for (const members of [
        { client_id: 'claude' },
        { client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata' },
        { client_secret: 'x', token_endpoint_auth_method: 'client_secret_basic' },
        { redirect_uris: ['javascript:alert(1)'] },
        { redirect_uris: ['http://evil.example/cb'] },
        { redirect_uris: 'x' },
        { redirect_uris: [7] },
        { client_name: { toString: 'x' } },
        { client_name: 'NeonPanel‮' },
        { jwks_uri: 'http://169.254.169.254/', token_endpoint_auth_method: 'private_key_jwt' },
        { __proto__: null, sector_identifier_uri: 'http://169.254.169.254/' },
      ]) {
        expect((await strike(ask(publish(members)))).status, JSON.stringify(members)).toBe(400)
      }
    }),
  )

  verifies(
    ['AS-148', 'attack-fails'],
    'a document that is endless, deep or broken is put away',
    attack(async (strike) => {
      let deep: unknown = 1
      for (let n = 0; n < 500; n++) deep = [deep]
      for (const members of [{ filler: 'x'.repeat(1_000_000) }, { deep }]) {
        expect((await strike(ask(publish(members)))).status).toBe('deep' in members ? 303 : 400)
      }
    }),
  )

  verifies(
    ['AS-62', 'attack-fails'],
    'a document’s name puts no markup on our pages',
    attack(async (strike) => {
      const clientId = publish({ client_name: '<img src=x onerror=alert(1)>' })
      const { url } = oauthClient(stack, { clientId, redirectUri }).authorization()
      const page = await strike(createPerson(stack.issuer).reachConsent(url))
      expect(page.root.querySelector('img')).toBeNull()
      expect(textOf(page)).toContain('onerror')
    }),
  )

  verifies(
    ['AS-37', 'AS-149', 'attack-fails'],
    'nobody makes this server knock at a host again and again; apps in use go on',
    attack(async (strike) => {
      const good = publish({})
      expect((await ask(good)).status).toBe(303)
      let last = await ask(`${web.origin}/none.json`)
      for (let n = 0; n < 40 && last.status !== 429; n++) {
        last = await strike(ask(`${web.origin}/none-${n}.json`))
      }
      expect(last.status).toBe(429)
      expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await ask(good)).status).toBe(303)
    }),
  )
})

describe('the device flow (RFC 8628 section 5)', async () => {
  const { initial_access_token } = await adminApi(stack).mint()
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  const { body: registered } = await register(
    stack,
    {
      grant_types: [grant_type],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'none',
    },
    initial_access_token,
  )
  const client_id = registered.client_id
  const start = async () => {
    const answer = await postForm<{ device_code: string; user_code: string }>(
      `${stack.issuer}/oauth2/device`,
      { client_id, scope: 'read:companies read:inventory' },
    )
    expect(answer.status).toBe(200)
    return answer.body
  }
  const poll = (device_code: string, id = client_id) =>
    postForm(`${stack.issuer}/oauth2/token`, { grant_type, device_code, client_id: id })
  const enter = async (person: Person, code: string): Promise<Page> => {
    const page = await person.open(`${stack.issuer}/device`)
    fill(page, 'Code', code)
    return person.submit({
      url: new URL('/device', stack.issuer),
      method: 'POST',
      fields: new URLSearchParams([
        ...page.root
          .querySelectorAll('input')
          .map((input): [string, string] => [
            input.getAttribute('name') ?? '',
            input.getAttribute('value') ?? '',
          ]),
      ]),
    })
  }

  verifies(
    ['rfc8628-3.5', 'attack-fails'],
    'a device code is no code of another client, and none of another kind',
    attack(async (strike) => {
      const { device_code, user_code } = await start()
      expect((await strike(poll(device_code, 'local-client'))).body).not.toHaveProperty(
        'access_token',
      )
      expect((await strike(poll(user_code))).body.error).toBe('invalid_grant')
      expect((await strike(poll('x'))).body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-64', 'attack-fails'],
    'a foreign form connects no device: without token, without session, by link alone',
    attack(async (strike) => {
      const { user_code, device_code } = await start()
      const person = createPerson(stack.issuer)
      await person.signIn(await person.open(`${stack.issuer}/sign-in`))
      const fields = new URLSearchParams({ user_code, confirm: 'yes', xsrf: 'x' })
      const url = new URL('/device', stack.issuer)
      await strike(person.submit({ url, method: 'POST', fields }))
      const stranger = createPerson(stack.issuer)
      await strike(stranger.submit({ url, method: 'POST', fields }))
      await strike(person.open(`${stack.issuer}/device?user_code=${user_code}`))
      expect((await poll(device_code)).body.error).toMatch(/authorization_pending|slow_down/)
    }),
  )

  verifies(
    ['AS-37', 'attack-fails'],
    'user codes are not found by trying: 429 with Retry-After, for a right one too',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const { user_code } = await start()
      let last = await enter(person, 'BCDF-GHJK')
      expect(textOf(last)).toContain('not known')
      for (let n = 0; n < 25 && last.status !== 429; n++) {
        last = await strike(
          person.submit({
            url: new URL('/device', stack.issuer),
            method: 'POST',
            fields: new URLSearchParams([
              ['user_code', `BCDF-${'BCDFGHJKLMNPQRSTVWXZ'.slice(n % 17, (n % 17) + 4)}`],
              ['xsrf', last.root.querySelector('input[name=xsrf]')?.getAttribute('value') ?? ''],
            ]),
          }),
        )
      }
      expect(last.status).toBe(429)
      expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
      const right = await strike(enter(createPerson(stack.issuer), user_code))
      expect(right.status).toBe(429)
    }),
  )
})
