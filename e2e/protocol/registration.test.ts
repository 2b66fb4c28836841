import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register as registerAt } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { initial_access_token } = await adminApi(stack).mint({ max_uses: 100 })

const redirectUri = 'https://app.example/cb'
const metadata = {
  client_name: 'App',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'none',
}
const register = (changes: Record<string, unknown> = {}) =>
  registerAt(stack, { ...metadata, ...changes }, initial_access_token)

describe('client registration', () => {
  verifies(
    ['contract-1.1-register', 'AS-111', 'AS-127', 'AS-24'],
    'answers 201 with what was registered; a public client gets no secret',
    async () => {
      const { status, headers, body } = await register()
      expect(status).toBe(201)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(body).toMatchObject({
        client_id: expect.any(String),
        client_id_issued_at: expect.any(Number),
        client_name: 'App',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        response_types: ['code'],
        registration_access_token: expect.any(String),
        registration_client_uri: `${stack.issuer}/oauth2/register/${body.client_id}`,
      })
      expect(body.grant_types.sort()).toEqual(['authorization_code', 'refresh_token'])
      expect(body).not.toHaveProperty('client_secret')
    },
  )

  verifies(
    ['AS-127', 'AS-111', 'AS-74'],
    'gives a confidential client a secret that works',
    async () => {
      const { body } = await register({ token_endpoint_auth_method: 'client_secret_basic' })
      expect(body.client_secret).toMatch(/^[\w-]{32,}$/)
      expect(body.client_secret_expires_at).toBe(0)
      const identity = {
        clientId: body.client_id,
        clientSecret: body.client_secret ?? '',
        redirectUri,
      }
      const { redeem, code, verifier } = await codeFlow(stack, { client: identity })
      const without = oauthClient(stack, { clientId: body.client_id, redirectUri })
      expect((await without.redeem(code, verifier)).body.error).toBe('invalid_client')
      const wrong = oauthClient(stack, { ...identity, clientSecret: 'wrong' })
      const refused = await wrong.redeem(code, verifier)
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toMatch(/^Basic\b/)
      expect((await redeem()).status).toBe(200)
    },
  )

  verifies(
    'AS-118',
    'gives a client that names nothing the defaults of the standard, and refresh tokens',
    async () => {
      const { body } = await register({ token_endpoint_auth_method: undefined })
      expect(body.token_endpoint_auth_method).toBe('client_secret_basic')
      expect(body.response_types).toEqual(['code'])
      expect(body.grant_types.sort()).toEqual(['authorization_code', 'refresh_token'])
      expect(body.client_secret).toEqual(expect.any(String))
    },
  )

  verifies('AS-117', 'does not let a client choose its own id or managed values', async () => {
    const { body } = await register({
      client_id: 'admin',
      client_secret: 'mine',
      client_id_issued_at: 1,
    })
    expect(body.client_id).not.toBe('admin')
    expect(body.client_id).toMatch(/^[\w-]{16,}$/)
    expect(body.client_id_issued_at).toBeGreaterThan(1_000_000_000)
  })

  verifies('AS-119', 'ignores what it does not understand', async () => {
    const { status, body } = await register({ favourite_colour: 'cyan' })
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('favourite_colour')
  })

  for (const uri of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'blob:https://app.example/x',
    'about:blank',
    'http://app.example/cb',
    'https://app.example/cb#fragment',
    'https://user:secret@app.example/cb',
    'https://*.example/cb',
    'https://*/cb',
    '/cb',
    'app.example/cb',
    'myapp://callback',
    '',
  ]) {
    verifies(
      ['AS-124', 'AS-46', 'AS-48', 'AS-123'],
      `refuses the redirect URI “${uri}”`,
      async () => {
        const { status, body, headers } = await register({ redirect_uris: [uri] })
        expect(status).toBe(400)
        expect(body.error).toBe('invalid_redirect_uri')
        expect(headers.get('content-type')).toMatch(/^application\/json/)
      },
    )
  }

  verifies('AS-123', 'needs redirect URIs for the code flow', async () => {
    for (const redirect_uris of [undefined, [], 'https://app.example/cb', [7]]) {
      const { status, body } = await register({ redirect_uris })
      expect(status, JSON.stringify(redirect_uris)).toBe(400)
      expect(body.error).toMatch(/^invalid_(redirect_uri|client_metadata)$/)
    }
  })

  verifies(
    'AS-131',
    'keeps its bounds: count and length of redirect URIs, length and letters of a name',
    async () => {
      const many = Array.from({ length: 300 }, (_, index) => `https://app.example/cb/${index}`)
      for (const changes of [
        { redirect_uris: many },
        { redirect_uris: [`https://app.example/${'x'.repeat(20_000)}`] },
        { client_name: 'x'.repeat(5_000) },
        { client_name: 'Chat\u202eTPG' },
        { sector_identifier_uri: 'https://evil.example/sector.json' },
        { software_statement: 'eyJhbGciOiJub25lIn0.e30.' },
      ]) {
        const { status } = await register(changes)
        expect(status, JSON.stringify(changes).slice(0, 80)).toBe(400)
      }
    },
  )

  verifies(['AS-130', 'AS-123'], 'refuses addresses of itself that are no web pages', async () => {
    for (const member of ['logo_uri', 'client_uri', 'tos_uri', 'policy_uri']) {
      for (const address of [
        'javascript:alert(1)',
        'data:text/html,x',
        'file:///etc/passwd',
        '/x',
      ]) {
        const { status, body } = await register({ [member]: address })
        expect([member, address, status]).toEqual([member, address, 400])
        expect(body.error).toBe('invalid_client_metadata')
      }
      expect((await register({ [member]: 'https://app.example/x' })).status, member).toBe(201)
    }
  })

  verifies('AS-129', 'refuses keys by value and by address at once', async () => {
    const both = { jwks: { keys: [] }, jwks_uri: 'https://app.example/jwks' }
    const { status, body } = await register({
      token_endpoint_auth_method: 'private_key_jwt',
      ...both,
    })
    expect([status, body.error]).toEqual([400, 'invalid_client_metadata'])
  })

  verifies('AS-128', 'refuses a software statement by its own error', async () => {
    const { body } = await register({ software_statement: 'eyJhbGciOiJub25lIn0.e30.' })
    expect(body.error).toMatch(/^(unapproved|invalid)_software_statement$/)
  })

  verifies(
    ['AS-120', 'AS-121'],
    'leaves out grants and response types that it does not offer',
    async () => {
      const { status, body } = await register({
        grant_types: ['authorization_code', 'refresh_token', 'urn:example:unknown', 'implicit'],
        response_types: ['code', 'token'],
      })
      expect(status).toBe(201)
      expect(body.grant_types.sort()).toEqual(['authorization_code', 'refresh_token'])
      expect(body.response_types).toEqual(['code'])
      const inconsistent = await register({
        grant_types: ['refresh_token'],
        response_types: ['code'],
      })
      expect(inconsistent.status).toBe(201)
      expect(inconsistent.body.grant_types.includes('authorization_code')).toBe(
        (inconsistent.body.response_types as string[]).includes('code'),
      )
    },
  )

  verifies(
    ['AS-122', 'AS-85', 'decision-10'],
    'takes any scope wish and makes no ceiling of it',
    async () => {
      for (const scope of [
        '',
        null,
        'read:inventory openid email',
        'read:inventory offline_access',
        'read:inventory unknown:scope',
      ]) {
        expect((await register({ scope })).status, String(scope)).toBe(201)
      }
      const { body } = await register({ scope: 'read:inventory' })
      const { redeem } = await codeFlow(stack, {
        client: { clientId: body.client_id, redirectUri },
        scope: 'read:inventory read:revenue',
      })
      expect(scopesOf((await redeem()).body.scope)).toEqual([
        'read:companies',
        'read:inventory',
        'read:revenue',
      ])
    },
  )

  verifies('AS-125', 'takes a loopback client for a native one, whatever it says', async () => {
    for (const changes of [{}, { application_type: 'web' }, { application_type: 'native' }]) {
      const uri = 'http://localhost:3334/oauth/callback'
      const { status, body } = await register({ redirect_uris: [uri], ...changes })
      expect(status).toBe(201)
      expect(body.application_type).toBe('native')
    }
  })

  verifies(
    ['contract-4-refresh-issued', 'AS-96'],
    'a client without refresh_token in its grant types gets none, and cannot use one',
    async () => {
      const { body } = await register({ grant_types: ['authorization_code'] })
      const { redeem, client } = await codeFlow(stack, {
        client: { clientId: body.client_id, redirectUri },
      })
      const answer = await redeem()
      expect(answer.status).toBe(200)
      expect(answer.body.refresh_token).toBeUndefined()
      const refused = await client.refresh('whatever')
      expect(refused.status).toBe(400)
      expect(refused.body.error).toBe('unauthorized_client')
    },
  )

  verifies('AS-111', 'takes JSON only, and says so in JSON', async () => {
    const headers = { authorization: `Bearer ${initial_access_token}` }
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', 'client_name=x'],
      ['application/json', '{"client_name":'],
      ['application/json', '[]'],
      ['application/json', '"x"'],
    ] as const) {
      const answer = await send(`${stack.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { ...headers, 'content-type': type, accept: 'text/html' },
        body,
      })
      expect(answer.status).toBe(400)
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    }
  })

  verifies('AS-28', 'can be reached by a client that lives in a browser', async () => {
    const preflight = await send(`${stack.issuer}/oauth2/register`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:6274',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(
      'authorization',
    )
    expect(preflight.headers.get('access-control-allow-origin')).toMatch(
      /^(\*|http:\/\/localhost:6274)$/,
    )
  })
})
