import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send, sendJson } from '@neonpanel/testing-kit/client/http'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'
import { registeredClient } from './registered-client.ts'

const stack = await testStack()
const admin = adminApi(stack)
const victim = await registeredClient(stack, 'https://victim.example/cb', {
  client_name: 'Victim and Sons',
})
const attacker = await registeredClient(stack, 'https://attacker.example/cb')
const { initial_access_token } = await admin.mint({ max_uses: 100 })
const attack = attacksOn(stack, {
  'the victim’s client secret': victim.clientSecret,
  'the victim’s registration token': victim.managementToken,
  'the initial access token': initial_access_token,
})
const redirect_uris = ['https://app.example/cb']
const endpoint = `${stack.issuer}/oauth2/register`

const clients = () => stack.database.prisma.client.count()

describe('metadata injection (RFC 7591 section 5)', () => {
  for (const uri of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://app.example/x',
    'about:blank',
    'http://app.example/cb',
    'http://169.254.169.254/latest',
    'https://user:password@app.example/cb',
    'https://*.example/cb',
    'https://app.example/cb#fragment',
    'https://app.example/%0d%0aSet-Cookie:x=1',
    '//app.example/cb',
    'app.example',
    'x'.repeat(3_000),
  ]) {
    verifies(
      ['AS-46', 'AS-124', 'attack-fails'],
      `the redirect URI ${JSON.stringify(uri.slice(0, 50))} registers nobody, or as nothing but an address`,
      attack(async (strike) => {
        const before = await clients()
        const { status, body } = await strike(
          register(stack, { redirect_uris: [uri] }, initial_access_token),
        )
        if (uri.includes('%0d%0a')) {
          expect(body.redirect_uris).toEqual([uri])
          return
        }
        expect(status).toBe(400)
        expect(body.error).toMatch(/^invalid_(redirect_uri|client_metadata)$/)
        expect(await clients()).toBe(before)
      }),
    )
  }

  for (const [what, metadata] of Object.entries<Record<string, unknown>>({
    'script as client_uri': { client_uri: 'javascript:alert(1)' },
    'script as logo': { logo_uri: 'data:image/svg+xml,<svg onload=alert(1)>' },
    'script as policy': { policy_uri: 'javascript:alert(1)' },
    'script as terms': { tos_uri: 'vbscript:x' },
    'a name that turns the text around': { client_name: 'NeonPanel‮gnp.exe' },
    'a name with a line break': { client_name: 'App\r\nSet-Cookie: x=1' },
    'a name of a megabyte': { client_name: 'x'.repeat(50_000) },
    'a hundred redirect URIs': {
      redirect_uris: Array.from({ length: 100 }, (_, n) => `https://app.example/${n}`),
    },
    'a sector identifier to fetch': { sector_identifier_uri: 'http://169.254.169.254/' },
    'a software statement': { software_statement: 'eyJhbGciOiJub25lIn0.e30.' },
    'keys and a key address': {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [] },
      jwks_uri: 'https://app.example/jwks',
    },
    'a private key as public one': {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] },
    },
    'numbers for names': { client_name: 1, redirect_uris: 7 },
    'an object for redirect URIs': { redirect_uris: { length: 1, 0: 'https://app.example/cb' } },
  })) {
    verifies(
      ['AS-131', 'attack-fails'],
      `${what} registers nobody`,
      attack(async (strike) => {
        const before = await clients()
        const answer = await strike(
          register(stack, { redirect_uris, ...metadata }, initial_access_token),
        )
        expect(answer.status).toBe(400)
        expect(answer.headers.get('set-cookie')).toBeNull()
        expect(await clients()).toBe(before)
      }),
    )
  }

  verifies(
    ['AS-117', 'AS-119', 'attack-fails'],
    'a client chooses neither its id nor its secret nor its standing',
    attack(async (strike) => {
      const wish = {
        redirect_uris,
        client_id: 'claude',
        client_secret: 'mine',
        registration_access_token: 'mine',
        reviewed: true,
        trusted: true,
        origin: 'pre-registered',
        scope: 'dcr.create read:everything',
        client_id_issued_at: 1,
      }
      const { status, body } = await strike(register(stack, wish, initial_access_token))
      expect(status).toBe(201)
      expect(body.client_id).not.toBe('claude')
      expect(body.client_secret).not.toBe('mine')
      expect(body.registration_access_token).not.toBe('mine')
      expect(String(body.scope)).not.toMatch(/dcr\.create|everything/)
      const row = await stack.database.prisma.client.findUnique({
        where: { clientId: body.client_id },
      })
      expect(row).toMatchObject({ origin: 'initial_access_token', reviewedAt: null })
    }),
  )

  verifies(
    ['AS-119', 'attack-fails'],
    'JSON does not reach the prototype of anything',
    attack(async (strike) => {
      const headers = { ...bearer(initial_access_token), 'content-type': 'application/json' }
      for (const poison of [
        '{"redirect_uris":["https://app.example/cb"],"__proto__":{"isAdmin":true}}',
        '{"redirect_uris":["https://app.example/cb"],"constructor":{"prototype":{"isAdmin":true}}}',
      ]) {
        const { status } = await strike(send(endpoint, { method: 'POST', headers, body: poison }))
        expect(status).toBeLessThan(500)
        expect({}).not.toHaveProperty('isAdmin')
      }
    }),
  )

  verifies(
    ['AS-32', 'attack-fails'],
    'a body that is huge, deep, broken or no object costs nothing and registers nobody',
    attack(async (strike) => {
      const before = await clients()
      const headers = { ...bearer(initial_access_token), 'content-type': 'application/json' }
      for (const [body, statuses] of [
        [JSON.stringify({ redirect_uris, padding: 'x'.repeat(1_000_000) }), [413]],
        [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, [400]],
        [`${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`, [400]],
        ['{', [400]],
        ['null', [400]],
        ['[]', [400]],
        ['"x"', [400]],
        ['', [400]],
        ['\uFEFF{}', [400]],
      ] as const) {
        const { status } = await strike(send(endpoint, { method: 'POST', headers, body }))
        expect(statuses, body.slice(0, 20)).toContain(status)
      }
      expect(await clients()).toBe(before)
    }),
  )
})

describe('initial access tokens', () => {
  const tryWith = (token: string) => register(stack, { redirect_uris }, token)

  verifies(
    ['AS-114', 'attack-fails'],
    'no other token of this server registers a client, though the same keys signed it',
    attack(async (strike) => {
      const { access_token, id_token, refresh_token } = await tokensFor(stack, {
        scope: 'openid read:inventory',
      })
      const before = await clients()
      for (const token of [access_token, id_token ?? '', refresh_token, victim.managementToken]) {
        expect([401, 403]).toContain((await strike(tryWith(token))).status)
      }
      expect(await clients()).toBe(before)
    }),
  )

  for (const [what, minting] of Object.entries<Record<string, unknown>>({
    'an access token with dcr.create among its scopes': { scope: 'dcr.create read:inventory' },
    'an access token for the issuer': { claims: { aud: stack.issuer }, scope: 'dcr.create' },
    'a token of the right type by a rogue key': {
      key: 'rogue',
      header: { typ: 'iat+jwt' },
      claims: { aud: stack.issuer, scope: 'dcr.create' },
    },
    'a token of the right type without signature': {
      key: 'none',
      header: { typ: 'iat+jwt' },
      claims: { aud: stack.issuer, scope: 'dcr.create' },
    },
    'a well-signed one that nobody minted': {
      header: { typ: 'iat+jwt' },
      claims: { aud: stack.issuer, scope: 'dcr.create' },
    },
    'one for another audience': {
      header: { typ: 'iat+jwt' },
      claims: { aud: 'https://evil.example', scope: 'dcr.create' },
    },
    'one with another scope': {
      header: { typ: 'iat+jwt' },
      claims: { aud: stack.issuer, scope: 'read:inventory' },
    },
    'one that has expired': {
      header: { typ: 'iat+jwt' },
      ttl_seconds: -60,
      claims: { aud: stack.issuer, scope: 'dcr.create' },
    },
  })) {
    verifies(
      ['AS-112', 'AS-114', 'attack-fails'],
      `${what} registers nobody`,
      attack(async (strike) => {
        const { body } = await admin.post<{ token: string }>('/tokens', {
          person: 'owner@neonpanel.test',
          ...minting,
        })
        const answer = await strike(tryWith(body.token))
        expect([401, 403]).toContain(answer.status)
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      }),
    )
  }

  verifies(
    ['RS-23', 'attack-fails'],
    'an initial access token opens no data, and no administration',
    attack(async (strike) => {
      const answer = await strike(callTool(stack.mcpUrl, initial_access_token, 'list_companies'))
      expect(answer.status).toBe(401)
      const headers = bearer(initial_access_token)
      expect((await strike(send(`${stack.issuer}/oauth2/userinfo`, { headers }))).status).toBe(401)
      const api = await strike(send(`${stack.issuer}/console/api/clients`, { headers }))
      expect(api.status).toBe(401)
    }),
  )

  verifies(
    ['AS-113', 'attack-fails'],
    'it works in the header alone',
    attack(async (strike) => {
      const before = await clients()
      const inQuery = `${endpoint}?access_token=${initial_access_token}`
      const answers = [
        sendJson('POST', inQuery, { redirect_uris }),
        sendJson('POST', endpoint, { redirect_uris, access_token: initial_access_token }),
        sendJson('POST', endpoint, { redirect_uris }, { cookie: `token=${initial_access_token}` }),
        sendJson(
          'POST',
          endpoint,
          { redirect_uris },
          { authorization: `Basic ${initial_access_token}` },
        ),
      ]
      for (const answer of answers) {
        expect([400, 401]).toContain((await strike(answer)).status)
      }
      expect(await clients()).toBe(before)
    }),
  )

  verifies(
    ['AS-115', 'attack-fails'],
    'one use is one client, however many come at the same moment',
    attack(async (strike) => {
      const { initial_access_token: once } = await admin.mint()
      const before = await clients()
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => strike(register(stack, { redirect_uris }, once))),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(await clients()).toBe(before + 1)
    }),
  )

  verifies(
    ['AS-115', 'attack-fails'],
    'its policy binds the client also when that changes itself later',
    attack(async (strike) => {
      const { initial_access_token: bound } = await admin.mint({
        allowed_redirect_hosts: ['app.example'],
      })
      const { body } = await register(stack, { redirect_uris }, bound)
      const answer = await strike(
        sendJson(
          'PUT',
          body.registration_client_uri,
          { client_id: body.client_id, redirect_uris: ['https://evil.example/cb'] },
          bearer(body.registration_access_token),
        ),
      )
      expect(answer.status).toBe(400)
    }),
  )

  verifies(
    ['AS-115', 'attack-fails'],
    'a revoked one is dead',
    attack(async (strike) => {
      const minted = await admin.mint({ max_uses: 5 })
      await admin.remove(
        `/initial-access-tokens/${contentsOf(minted.initial_access_token).claims.jti}`,
      )
      expect((await strike(tryWith(minted.initial_access_token))).status).toBe(401)
    }),
  )
})

describe('management of foreign registrations (RFC 7592)', () => {
  verifies(
    ['AS-133', 'attack-fails'],
    'the registration token of one client neither reads, changes nor deletes another',
    attack(async (strike) => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await strike(
          send(victim.managementUrl, {
            method,
            headers: { ...bearer(attacker.managementToken), 'content-type': 'application/json' },
            ...(method === 'PUT' && {
              body: JSON.stringify({ client_id: victim.clientId, redirect_uris }),
            }),
          }),
        )
        expect(answer.status, method).toBe(401)
        expect(answer.text).not.toContain('Victim and Sons')
      }
      const row = await stack.database.prisma.client.findUnique({
        where: { clientId: victim.clientId },
      })
      expect(row?.name).toBe('Victim and Sons')
    }),
  )

  verifies(
    ['AS-133', 'attack-fails'],
    'pre-registered clients are managed by nobody, and who exists is not told',
    attack(async (strike) => {
      const answers = await Promise.all(
        ['claude', 'demo-service', 'mcp-resource-server', 'nobody', '..%2fregister', '%00'].map(
          (id) => strike(send(`${endpoint}/${id}`, { headers: bearer('guess') })),
        ),
      )
      for (const { status } of answers) expect([400, 401, 404]).toContain(status)
      const [known, , , unknown] = answers
      expect(known?.body).toEqual(unknown?.body)
    }),
  )

  verifies(
    ['AS-132', 'attack-fails'],
    'a client does not rename itself into another, or appoint itself',
    attack(async (strike) => {
      const own = await registeredClient(stack, 'https://own.example/cb')
      const change = (metadata: object) =>
        sendJson('PUT', own.managementUrl, metadata, bearer(own.managementToken))
      const renamed = await strike(change({ client_id: 'claude', redirect_uris }))
      expect(renamed.status).toBe(400)
      const ambitious = await strike(
        change({ client_id: own.clientId, redirect_uris, client_secret: 'mine', reviewed: true }),
      )
      expect(JSON.stringify(ambitious.body)).not.toMatch(/"client_secret":"mine"|"reviewed"/)
      const row = await stack.database.prisma.client.findUnique({
        where: { clientId: own.clientId },
      })
      expect(row?.reviewedAt).toBeNull()
    }),
  )
})
