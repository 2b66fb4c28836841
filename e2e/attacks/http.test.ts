import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { bearer, parametersOf, postForm, send, sendJson } from '@neonpanel/testing-kit/client/http'
import { chatGpt, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { control, submission } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'

const stack = await testStack()
const attack = attacksOn(stack, { 'the administrator’s token': stack.adminToken })
const client = oauthClient(stack, chatGpt)
const mcpOrigin = new URL(stack.mcpUrl).origin

/** Sends bytes as they are and reads until the server hangs up. */
async function rawBytes(origin: string, bytes: string) {
  const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.end(bytes)
  const answer = await text(socket).catch(() => '')
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 400), text: answer }
}

describe('addresses and hosts', () => {
  for (const [what, headers] of Object.entries<Record<string, string>>({
    'a foreign Host': { host: 'evil.example' },
    'a Host with ours as its beginning': { host: 'localhost.evil.example' },
    'a Host with credentials': { host: 'localhost@evil.example' },
    'a foreign X-Forwarded-Host': { 'x-forwarded-host': 'evil.example' },
    'a foreign Forwarded': { forwarded: 'host=evil.example;proto=https' },
    'X-Original-URL': { 'x-original-url': '/console/api/clients', 'x-rewrite-url': '/console' },
    'X-Forwarded-Prefix and -Proto': { 'x-forwarded-prefix': '/evil', 'x-forwarded-proto': 'ftp' },
    'X-HTTP-Method-Override': { 'x-http-method-override': 'DELETE' },
  })) {
    verifies(
      ['AS-06', 'attack-fails'],
      `${what} changes no address that the servers speak of`,
      attack(async (strike) => {
        for (const path of ['/.well-known/oauth-authorization-server', '/account', '/device']) {
          const answer = await strike(rawRequest(`${stack.issuer}${path}`, { headers }))
          expect([200, 303, 421]).toContain(answer.status)
          expect(JSON.stringify([answer.headers, answer.text])).not.toMatch(/evil|ftp:/)
        }
      }),
    )
  }

  verifies(
    ['AS-37', 'attack-fails'],
    'X-Forwarded-For gives nobody new attempts where no proxy is trusted',
    attack(async (strike) => {
      let last = 0
      for (let n = 0; n < 40 && last !== 429; n++) {
        const answer = await strike(
          postForm(
            `${stack.issuer}/oauth2/token`,
            { grant_type: 'client_credentials', client_id: 'demo-service', client_secret: `${n}` },
            { 'x-forwarded-for': `203.0.113.${n}`, 'x-real-ip': `203.0.113.${n}` },
          ),
        )
        last = answer.status
      }
      expect(last).toBe(429)
    }),
  )

  for (const path of [
    '/neonpanel.css/../../../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/....//....//etc/passwd',
    '/neonpanel.css%00.txt',
    '/public/neonpanel.css',
    '/.env',
    '/.git/config',
    '/src/main.ts',
    '//etc/passwd',
    '/\\..\\..\\package.json',
    '/%c0%ae%c0%ae/etc/passwd',
    '/%',
    '/%zz',
  ]) {
    verifies(
      ['AS-34', 'attack-fails'],
      `${path} reads no file`,
      attack(async (strike) => {
        for (const origin of [stack.issuer, mcpOrigin]) {
          const { hostname, port } = new URL(origin)
          const answer = await strike(
            rawBytes(
              origin,
              `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`,
            ),
          )
          expect([400, 404]).toContain(answer.status)
          expect(answer.text).not.toMatch(/"name": ?"@?neonpanel|root:x|\[core\]/)
        }
      }),
    )
  }
})

describe('requests that two readers could read differently (smuggling)', () => {
  const { host } = new URL(stack.issuer)
  for (const [what, bytes] of Object.entries({
    'two lengths': `POST /oauth2/token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\nContent-Length: 40\r\n\r\nabc`,
    'length and chunks': `POST /oauth2/token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /console HTTP/1.1\r\n\r\n`,
    'a doubled encoding': `POST /oauth2/token HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    'a bare line feed': `GET / HTTP/1.1\nHost: ${host}\n\n`,
    'a folded header': `GET / HTTP/1.1\r\nHost: ${host}\r\nX: a\r\n b\r\n\r\n`,
    'two hosts': `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    'no host': 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
    'an address in full': `GET http://evil.example/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    'a header of a hundred kilobytes': `GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    'a negative length': `POST /oauth2/token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: -1\r\n\r\n`,
    'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  })) {
    verifies(
      ['AS-35', 'attack-fails'],
      `${what}: one answer at most, and none that serves another host`,
      attack(async (strike) => {
        const answer = await strike(rawBytes(stack.issuer, bytes))
        expect(answer.text.match(/^HTTP\/1\.1 \d/gm)?.length ?? 0).toBeLessThanOrEqual(1)
        expect(answer.text).not.toContain('evil.example')
      }),
    )
  }

  verifies(
    ['AS-48', 'attack-fails'],
    'no parameter writes a header (response splitting)',
    attack(async (strike) => {
      const crlf = 'x\r\nSet-Cookie: owned=1\r\n\r\n<html>'
      for (const changes of [
        { state: crlf },
        { scope: crlf },
        { login_hint: crlf },
        { ui_locales: crlf },
      ]) {
        const answer = await strike(send(client.authorization({ ...changes, prompt: 'none' }).url))
        expect(answer.headers.getSetCookie().join()).not.toContain('owned')
      }
    }),
  )
})

describe('bodies of forms', () => {
  const post = (path: string, body: string, type: string) =>
    send(`${stack.issuer}${path}`, { method: 'POST', body, headers: { 'content-type': type } })
  const form = 'application/x-www-form-urlencoded'
  const machines = [
    '/oauth2/token',
    '/oauth2/revoke',
    '/oauth2/introspect',
    '/oauth2/par',
    '/oauth2/device',
  ]

  for (const path of machines) {
    verifies(
      ['AS-32', 'AS-73', 'attack-fails'],
      `${path} refuses what is huge, of another type or nonsense, as JSON`,
      attack(async (strike) => {
        for (const [body, type] of [
          [`token=${'x'.repeat(200_000)}`, form],
          ['{"grant_type":"authorization_code"}', 'application/json'],
          ['<x/>', 'application/xml'],
          [
            '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nx\r\n--x--',
            'multipart/form-data; boundary=x',
          ],
          ['%', form],
          ['%ff%fe=%00&=&&&=', form],
          ['__proto__=x&constructor=y&__proto__[z]=1&toString=1', form],
          ['', form],
          [`${'a=1&'.repeat(13_000)}`, form],
        ] as const) {
          const answer = await strike(post(path, body, type))
          expect(answer.status, body.slice(0, 30)).toBeGreaterThanOrEqual(400)
          expect(answer.headers.get('content-type')).toContain('json')
        }
        expect({}).not.toHaveProperty('z')
      }),
    )
  }

  verifies(
    ['AS-32', 'attack-fails'],
    'pages refuse what no browser would post',
    attack(async (strike) => {
      for (const path of [
        '/sign-in',
        '/sign-out',
        '/device',
        '/oauth2/authorize',
        '/oauth2/logout',
      ]) {
        for (const [body, type] of [
          [`csrf=${'x'.repeat(300_000)}`, form],
          ['{}', 'application/json'],
          ['__proto__[admin]=1', form],
        ] as const) {
          const answer = await strike(post(path, body, type))
          expect([303, 400, 403, 413, 415], path).toContain(answer.status)
        }
      }
    }),
  )

  verifies(
    ['AS-40', 'attack-fails'],
    'hundreds of parameters, and parameters of tens of kilobytes, are answered like any nonsense',
    attack(async (strike) => {
      const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`p${n}`, 'x']))
      const answers = [
        send(`${stack.issuer}/oauth2/authorize?${parametersOf(many)}`),
        send(client.authorization({ state: 'x'.repeat(12_000), prompt: 'none' }).url),
        send(client.authorization({ nonce: 'x'.repeat(12_000), prompt: 'none' }).url),
        send(client.authorization({ claims: '{"a":'.repeat(1_000), prompt: 'none' }).url),
        send(client.authorization({ max_age: '-1' }).url),
        send(client.authorization({ max_age: '9'.repeat(400) }).url),
        send(client.authorization({ acr_values: '__proto__' }).url),
      ]
      for (const answer of answers)
        expect([303, 400, 413, 414]).toContain((await strike(answer)).status)
    }),
  )
})

describe('text that a database does not take', () => {
  for (const [what, bad] of Object.entries({
    'a zero byte': 'a\0b',
    'half a surrogate': 'a\ud800b',
    'a character beyond the basic plane': 'a\u{10ffff}b',
  })) {
    verifies(
      ['AS-35', 'attack-fails'],
      `${what} in any field is answered as any wrong value`,
      attack(async (strike) => {
        const encoded = encodeURIComponent(bad.toWellFormed())
        const machine = { client_id: bad, client_secret: bad, token: bad, code: bad }
        for (const path of ['token', 'revoke', 'introspect', 'par', 'device']) {
          const parameters = { grant_type: 'authorization_code', code_verifier: bad, ...machine }
          await strike(postForm(`${stack.issuer}/oauth2/${path}`, parameters))
          await strike(
            postForm(`${stack.issuer}/oauth2/${path}`, {
              ...parameters,
              client_id: 'claude',
              client_secret: undefined,
            }),
          )
        }
        for (const path of [
          `/oauth2/authorize?client_id=${encoded}`,
          `/oauth2/authorize?client_id=https://localhost/${encoded}`,
          `/oauth2/logout?id_token_hint=${encoded}&client_id=${encoded}`,
          `/interaction/${encoded}`,
          `/device?user_code=${encoded}`,
          `/sign-in?return_to=${encoded}`,
          `/oauth2/register/${encoded}`,
        ]) {
          const headers = { cookie: `session=${encoded}; interaction=${encoded}`, ...bearer('x') }
          await strike(send(`${stack.issuer}${path}`, { headers }))
        }
        const person = createPerson(stack.issuer)
        const page = await person.open(`${stack.issuer}/sign-in`)
        const { url, fields } = submission(page, control(page, 'button', 'Sign in').element)
        fields.set('email', bad)
        fields.set('password', bad)
        await strike(person.submit({ url, method: 'POST', fields }))
        for (const changes of [{ state: bad }, { nonce: bad }, { login_hint: bad }, { scope: bad }])
          await strike(person.open(client.authorization(changes).url))
      }),
    )

    verifies(
      ['AS-35', 'attack-fails'],
      `${what} in the admin API and the console is answered as any wrong value`,
      attack(async (strike) => {
        const headers = bearer(stack.adminToken)
        const encoded = encodeURIComponent(bad.toWellFormed())
        const api = `${stack.issuer}/console/api`
        for (const [path, body] of [
          ['/initial-access-tokens', { note: bad, allowed_redirect_hosts: [bad] }],
          ['/clients', { client_name: bad, redirect_uris: ['https://app.example/cb'] }],
          ['/tokens', { person: bad, client_id: bad }],
        ] as const)
          await strike(sendJson('POST', `${api}${path}`, body, headers))
        for (const path of [
          `/audit?type=${encoded}`,
          `/audit?cursor=${encoded}`,
          `/clients/${encoded}`,
          `/people/${encoded}`,
          `/grants?person=${encoded}`,
          `/flows/${encoded}`,
        ]) {
          await strike(send(`${api}${path}`, { headers }))
          await strike(send(`${api}${path}`, { method: 'DELETE', headers }))
        }
        const admin = createPerson(stack.issuer, 'admin')
        await admin.signIn(await admin.open(`${stack.issuer}/sign-in`))
        for (const path of [
          'clients',
          'audit',
          'users',
          'flows',
          'initial-access-tokens',
          'keys',
        ]) {
          await strike(admin.open(`${stack.issuer}/console/${path}?q=${encoded}&page=${encoded}`))
          await strike(
            admin.open(`${stack.issuer}/console/${path}?search=${encoded}&cursor=${encoded}`),
          )
          await strike(admin.open(`${stack.issuer}/console/${path}/${encoded}`))
        }
      }),
    )
  }
})

describe('administration', () => {
  verifies(
    ['contract-2.1-admin-token', 'attack-fails'],
    'the admin API opens to no other credential',
    attack(async (strike) => {
      for (const headers of [
        {},
        bearer(''),
        bearer(`${stack.adminToken}x`),
        bearer(stack.adminToken.slice(0, -1)),
        bearer(stack.adminToken.toUpperCase()),
        { authorization: `Basic ${btoa(`admin:${stack.adminToken}`)}` },
        { authorization: stack.adminToken },
        { cookie: `token=${stack.adminToken}` },
        { 'x-admin-token': stack.adminToken },
      ] as Record<string, string>[]) {
        for (const path of ['/clients', '/people', '/keys', '/audit', '/grants', '/requests']) {
          const answer = await strike(send(`${stack.issuer}/console/api${path}`, { headers }))
          expect(answer.status, path).toBe(401)
        }
      }
      const query = await strike(
        send(`${stack.issuer}/console/api/clients?token=${stack.adminToken}`),
      )
      expect(query.status).toBe(401)
    }),
  )

  verifies(
    ['AS-32', 'attack-fails'],
    'an administrator’s broken script gets words, not 500',
    attack(async (strike) => {
      const headers = { ...bearer(stack.adminToken), 'content-type': 'application/json' }
      for (const path of ['/initial-access-tokens', '/clients', '/tokens', '/faults', '/clock']) {
        for (const body of [
          '{',
          'null',
          '[]',
          '{"__proto__":{"a":1}}',
          `${'{"claims":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
          'x'.repeat(300_000),
        ]) {
          const answer = await strike(
            send(`${stack.issuer}/console/api${path}`, { method: 'POST', headers, body }),
          )
          expect(answer.status, `${path} ${body.slice(0, 20)}`).toBeLessThan(500)
        }
      }
      for (const query of [
        'limit=-1',
        'limit=1e9',
        'cursor=x',
        'cursor=%00',
        'since=x',
        'limit[]=1',
      ]) {
        await strike(send(`${stack.issuer}/console/api/audit?${query}`, { headers }))
      }
    }),
  )
})
