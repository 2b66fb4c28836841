import { resourceScopes } from '@neonpanel/contracts/scopes'
import { postForm, send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

interface Metadata {
  [member: string]: unknown
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  registration_endpoint: string
  jwks_uri: string
}

const oauth = '/.well-known/oauth-authorization-server'
const openid = '/.well-known/openid-configuration'

const stack = await testStack()
const document = (path: string, base = stack.issuer) => send<Metadata>(`${base}${path}`)

describe('authorization server metadata', () => {
  verifies(
    ['contract-1.1-metadata', 'contract-1.1-metadata-agree', 'AS-01', 'AS-02'],
    'is published at both well-known addresses, and both agree',
    async () => {
      const answers = await Promise.all([document(oauth), document(openid)])
      for (const { status, headers } of answers) {
        expect(status).toBe(200)
        expect(headers.get('content-type')).toMatch(/^application\/json/)
      }
      expect(answers[0].body).toEqual(answers[1].body)
    },
  )

  verifies(
    ['AS-03', 'AS-05'],
    'names the issuer byte for byte, as the resource does, and every endpoint below it',
    async () => {
      const { body } = await document(oauth)
      expect(body.issuer).toBe(stack.issuer)
      const host = new URL(stack.mcpUrl).origin
      const resource = await document('/.well-known/oauth-protected-resource/mcp', host)
      expect(resource.body.authorization_servers).toEqual([body.issuer])
      expect(body).toMatchObject({
        authorization_endpoint: `${stack.issuer}/oauth2/authorize`,
        token_endpoint: `${stack.issuer}/oauth2/token`,
        registration_endpoint: `${stack.issuer}/oauth2/register`,
        revocation_endpoint: `${stack.issuer}/oauth2/revoke`,
        introspection_endpoint: `${stack.issuer}/oauth2/introspect`,
        userinfo_endpoint: `${stack.issuer}/oauth2/userinfo`,
        end_session_endpoint: `${stack.issuer}/oauth2/logout`,
        pushed_authorization_request_endpoint: `${stack.issuer}/oauth2/par`,
        device_authorization_endpoint: `${stack.issuer}/oauth2/device`,
        jwks_uri: `${stack.issuer}/oauth2/jwks`,
      })
    },
  )

  verifies(
    ['contract-1.1-metadata-true', 'AS-05'],
    'promises no endpoint that is not alive',
    async () => {
      const { body } = await document(oauth)
      const endpoints = Object.entries(body).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
      expect(endpoints.length).toBeGreaterThanOrEqual(10)
      for (const [name, url] of endpoints) {
        const reads = /jwks|authorization_endpoint|userinfo|end_session/.test(name)
        const method = reads && !/pushed|device/.test(name) ? 'GET' : 'POST'
        const { status } = await send(String(url), { method })
        expect([200, 303, 400, 401], `${method} ${name}`).toContain(status)
      }
    },
  )

  verifies('AS-167', 'leaves out what is not here: no such endpoint answers', async () => {
    const { body } = await document(openid)
    for (const member of ['backchannel_authentication_endpoint', 'check_session_iframe']) {
      expect(body).not.toHaveProperty(member)
    }
    for (const path of [
      '/oauth2/backchannel',
      '/oauth2/challenge',
      '/oauth2/fapi',
      '/backchannel',
    ]) {
      expect((await postForm(`${stack.issuer}${path}`, {})).status, path).toBe(404)
    }
    expect((await send(`${stack.issuer}/.well-known/openid-federation`)).status).toBe(404)
  })

  verifies(
    ['AS-07', 'AS-08', 'AS-10', 'AS-11', 'AS-12', 'AS-13', 'AS-14'],
    'promises what this server does: code only, S256 only, iss, public and confidential clients',
    async () => {
      const { body } = await document(openid)
      expect(body).toMatchObject({
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        response_types_supported: ['code'],
      })
      expect([...(body.grant_types_supported as string[])].sort()).toEqual([
        'authorization_code',
        'client_credentials',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ])
      const methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
      expect(body.token_endpoint_auth_methods_supported).toEqual(expect.arrayContaining(methods))
      const algorithms = body.token_endpoint_auth_signing_alg_values_supported
      expect(algorithms).toContain('ES256')
      expect(algorithms).not.toContain('none')
      expect(body.revocation_endpoint_auth_methods_supported).toContain('none')
      expect(body.introspection_endpoint_auth_methods_supported).toContain('client_secret_basic')
    },
  )

  verifies(
    ['AS-15', 'AS-16', 'contract-3-identity-scopes', 'contract-3-dcr-scope', 'decision-8'],
    'lists the nine resource scopes and the identity scopes, and never dcr.create',
    async () => {
      const { body } = await document(oauth)
      const identity = ['openid', 'profile', 'email', 'offline_access']
      expect([...(body.scopes_supported as string[])].sort()).toEqual(
        [...resourceScopes, ...identity].sort(),
      )
    },
  )

  verifies('AS-22', 'has the members that OpenID Connect Discovery requires', async () => {
    const { body } = await document(openid)
    expect(body.subject_types_supported).toEqual(['public'])
    for (const member of ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
      expect(body[member], member).toEqual(expect.any(String))
    }
    expect(body.response_types_supported).toEqual(['code'])
    expect(body.id_token_signing_alg_values_supported).toEqual(
      expect.arrayContaining(['RS256', 'ES256']),
    )
    expect(body.id_token_signing_alg_values_supported).not.toContain('none')
  })

  verifies('AS-06', 'does not repeat the Host of the request', async () => {
    const answer = await rawRequest(`${stack.issuer}${oauth}`, {
      headers: { host: 'evil.example' },
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.text).not.toContain('evil.example')
  })

  verifies(
    'contract-2.1-trust-proxy',
    'ignores X-Forwarded-Host unless a proxy is trusted',
    async () => {
      const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
      const { text } = await send(`${stack.issuer}${oauth}`, { headers })
      expect(text).not.toContain('evil.example')
      expect(JSON.parse(text).token_endpoint).toBe(`${stack.issuer}/oauth2/token`)
    },
  )

  verifies(
    ['AS-17', 'AS-18'],
    'is readable from any page, without credentials, for a while',
    async () => {
      const headers = { origin: 'http://localhost:6274' }
      for (const path of [oauth, openid, '/oauth2/jwks']) {
        const answer = await send(`${stack.issuer}${path}`, { headers })
        expect(answer.headers.get('access-control-allow-origin'), path).toMatch(
          /^(\*|http:\/\/localhost:6274)$/,
        )
        expect(answer.headers.get('access-control-allow-credentials'), path).toBeNull()
        expect(answer.headers.get('cache-control'), path).toMatch(/max-age=\d+/)
      }
    },
  )

  verifies(
    ['AS-19', 'contract-1.1-jwks'],
    'publishes public signature keys only, one for each advertised algorithm',
    async () => {
      const { body } = await send<{ keys: Record<string, unknown>[] }>(
        `${stack.issuer}/oauth2/jwks`,
      )
      const algorithms = body.keys.map(({ alg }) => alg)
      const advertised = (await document(openid)).body.id_token_signing_alg_values_supported
      expect(algorithms).toEqual(expect.arrayContaining(advertised as string[]))
      for (const key of body.keys) {
        expect(key).toMatchObject({ use: 'sig', kid: expect.any(String), alg: expect.any(String) })
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
          expect(key).not.toHaveProperty(secret)
      }
    },
  )

  verifies(
    ['contract-1.2-mirror', 'AS-21'],
    'is mirrored on the MCP host, where clients of 2025-03-26 look',
    async () => {
      const host = new URL(stack.mcpUrl).origin
      const [original, ...mirrored] = await Promise.all([
        document(oauth),
        document(oauth, host),
        document(openid, host),
      ])
      for (const { status, body } of mirrored) {
        expect(status).toBe(200)
        expect(body).toEqual(original.body)
      }
    },
  )

  verifies(
    ['decision-7', 'AS-21'],
    'the MCP host sends 2025-03-26 clients on to the authorization server',
    async () => {
      const host = new URL(stack.mcpUrl).origin
      const authorize = await send(`${host}/authorize?client_id=local-client&state=s`)
      expect([302, 303, 307, 308]).toContain(authorize.status)
      expect(authorize.headers.get('location')).toBe(
        `${stack.issuer}/oauth2/authorize?client_id=local-client&state=s`,
      )
      for (const path of ['token', 'register']) {
        const { status, headers } = await send(`${host}/${path}`, { method: 'POST' })
        expect([307, 308], path).toContain(status)
        expect(headers.get('location')).toBe(`${stack.issuer}/oauth2/${path}`)
      }
    },
  )
})
