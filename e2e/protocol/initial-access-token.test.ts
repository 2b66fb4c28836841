import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { parseChallenge } from '../harness/challenge.ts'
import { passTime } from '../harness/clock.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const admin = adminApi(stack)
const redirectUri = 'https://app.example/cb'
const metadata = {
  client_name: 'App',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'none',
}

async function refused(iat: string | undefined) {
  const { status, headers, body } = await register(stack, metadata, iat)
  expect(status).toBe(401)
  expect(headers.get('cache-control')).toContain('no-store')
  expect(headers.get('www-authenticate')).toMatch(/^Bearer\b/)
  expect(body.client_id).toBeUndefined()
  return { body, challenge: parseChallenge(headers).parameters }
}

describe('an initial access token', () => {
  verifies(
    ['contract-4-iat-jwt', 'contract-3-dcr-scope', 'AS-114', 'decision-6'],
    'is a signed JWT of the authorization server with typ, iss, aud, scope, iat, exp and jti',
    async () => {
      const minted = await admin.mint({ note: 'for a test' })
      const { header, claims } = contentsOf(minted.initial_access_token)
      expect(header).toMatchObject({ typ: 'iat+jwt', alg: 'ES256', kid: expect.any(String) })
      expect(claims).toMatchObject({
        iss: stack.issuer,
        aud: stack.issuer,
        scope: 'dcr.create',
        jti: minted.jti,
      })
      expect(minted).toMatchObject({
        max_uses: 1,
        registration_endpoint: `${stack.issuer}/oauth2/register`,
      })
    },
  )

  verifies(
    ['contract-4-iat-uses', 'contract-2.1-iat-ttl'],
    'lives 15 minutes and serves once unless told otherwise',
    async () => {
      const usual = contentsOf((await admin.mint()).initial_access_token).claims
      expect(Number(usual.exp) - Number(usual.iat)).toBe(900)
      const longer = contentsOf((await admin.mint({ ttl_seconds: 60 })).initial_access_token).claims
      expect(Number(longer.exp) - Number(longer.iat)).toBe(60)
      const configured = await stackForTest({ INITIAL_ACCESS_TOKEN_TTL_SECONDS: '120' })
      const { claims } = contentsOf((await adminApi(configured).mint()).initial_access_token)
      expect(Number(claims.exp) - Number(claims.iat)).toBe(120)
    },
  )

  verifies(
    ['contract-4-iat-uses', 'AS-115'],
    'serves as often as max_uses says and not once more',
    async () => {
      const { initial_access_token } = await admin.mint({ max_uses: 3 })
      for (let use = 0; use < 3; use++) {
        expect((await register(stack, metadata, initial_access_token)).status).toBe(201)
      }
      const { challenge } = await refused(initial_access_token)
      expect(challenge.error).toBe('invalid_token')
    },
  )

  verifies(
    'contract-4-iat-uses',
    'cannot be minted for more than 100 uses, none, or a negative time',
    async () => {
      for (const wish of [
        { max_uses: 101 },
        { max_uses: 0 },
        { ttl_seconds: 0 },
        { ttl_seconds: -5 },
      ]) {
        const { status } = await admin.post('/initial-access-tokens', wish)
        expect(status, JSON.stringify(wish)).toBe(400)
      }
      expect((await admin.post('/initial-access-tokens', { max_uses: 100 })).status).toBe(201)
    },
  )

  verifies(
    ['contract-4-iat-atomic', 'AS-115'],
    'is spent atomically: of 24 simultaneous registrations exactly one succeeds',
    async () => {
      const { initial_access_token } = await admin.mint()
      const answers = await Promise.all(
        Array.from({ length: 24 }, () => register(stack, metadata, initial_access_token)),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(23)
    },
  )

  verifies('contract-4-iat-atomic', 'with five uses lets exactly five of 24 through', async () => {
    const { initial_access_token } = await admin.mint({ max_uses: 5 })
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => register(stack, metadata, initial_access_token)),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
  })

  verifies('contract-4-iat-atomic', 'is not spent by a registration that fails', async () => {
    const { initial_access_token } = await admin.mint()
    const bad = await register(
      stack,
      { ...metadata, redirect_uris: ['javascript:1'] },
      initial_access_token,
    )
    expect(bad.status).toBe(400)
    expect((await register(stack, metadata, initial_access_token)).status).toBe(201)
  })

  verifies(['contract-4-iat-revocable', 'AS-115'], 'is refused once it is revoked', async () => {
    const { initial_access_token, jti } = await admin.mint()
    expect((await admin.remove(`/initial-access-tokens/${jti}`)).status).toBeLessThan(300)
    await refused(initial_access_token)
  })

  verifies(['AS-116', 'AS-112'], 'is refused once it has expired', async () => {
    const { initial_access_token } = await admin.mint({ ttl_seconds: 60 })
    passTime(66)
    const { challenge } = await refused(initial_access_token)
    expect(challenge.error).toBe('invalid_token')
  })

  verifies(['AS-112', 'AS-113'], 'is needed, in the Authorization header only', async () => {
    const { challenge } = await refused(undefined)
    expect(challenge).not.toHaveProperty('client_id')
    const { initial_access_token } = await admin.mint()
    const url = `${stack.issuer}/oauth2/register?access_token=${initial_access_token}`
    const { status } = await send(url, {
      method: 'POST',
      body: JSON.stringify(metadata),
      headers: { 'content-type': 'application/json' },
    })
    expect([400, 401]).toContain(status)
    expect((await register(stack, metadata, initial_access_token)).status).toBe(201)
  })

  verifies('AS-114', 'cannot be replaced by another token or a forged one', async () => {
    const { access_token } = await tokensFor(stack)
    const { initial_access_token, jti } = await admin.mint()
    const [head = '', payload = '', signature = ''] = initial_access_token.split('.')
    const unsigned = Buffer.from(JSON.stringify({ typ: 'iat+jwt', alg: 'none' })).toString(
      'base64url',
    )
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const claims = { scope: 'dcr.create', jti }
    const foreign = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'iat+jwt', jwk: await exportJWK(publicKey) })
      .setIssuer(stack.issuer)
      .setAudience(stack.issuer)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    const altered = Buffer.from(
      JSON.stringify({ ...contentsOf(initial_access_token).claims, jti: 'other' }),
    ).toString('base64url')
    for (const token of [
      access_token,
      foreign,
      'garbage',
      'a.b.c',
      `${unsigned}.${payload}.`,
      `${head}.${altered}.${signature}`,
      stack.adminToken,
    ]) {
      await refused(token)
    }
    expect((await register(stack, metadata, initial_access_token)).status).toBe(201)
  })

  verifies('contract-3-dcr-scope', 'opens nothing but registration', async () => {
    const { initial_access_token } = await admin.mint()
    const headers = { authorization: `Bearer ${initial_access_token}` }
    expect((await send(stack.mcpUrl, { method: 'POST', headers })).status).toBe(401)
    expect((await send(`${stack.issuer}/oauth2/userinfo`, { headers })).status).toBe(401)
  })

  verifies(
    ['contract-4-iat-origin', 'AS-115'],
    'is remembered by the client that it made',
    async () => {
      const { initial_access_token, jti } = await admin.mint({ note: 'origin' })
      const { body } = await register(stack, metadata, initial_access_token)
      const client = await stack.database.prisma.client.findUniqueOrThrow({
        where: { clientId: body.client_id },
      })
      expect(client).toMatchObject({ origin: 'initial_access_token', initialAccessTokenJti: jti })
    },
  )

  verifies('contract-4-iat-policy', 'binds the hosts of redirect URIs', async () => {
    const { initial_access_token } = await admin.mint({
      max_uses: 5,
      allowed_redirect_hosts: ['app.example'],
    })
    const elsewhere = await register(
      stack,
      { ...metadata, redirect_uris: [redirectUri, 'https://evil.example/cb'] },
      initial_access_token,
    )
    expect(elsewhere.status).toBe(400)
    expect(elsewhere.body.error).toBe('invalid_redirect_uri')
    const below = await register(
      stack,
      { ...metadata, redirect_uris: ['https://x.app.example.evil.example/cb'] },
      initial_access_token,
    )
    expect(below.status).toBe(400)
    expect((await register(stack, metadata, initial_access_token)).status).toBe(201)
  })

  verifies(
    'contract-4-iat-policy',
    'binds the redirect hosts of a later update as well',
    async () => {
      const { initial_access_token } = await admin.mint({ allowed_redirect_hosts: ['app.example'] })
      const { body } = await register(stack, metadata, initial_access_token)
      const { status } = await send(body.registration_client_uri, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${body.registration_access_token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          ...metadata,
          client_id: body.client_id,
          redirect_uris: ['https://evil.example/cb'],
        }),
      })
      expect(status).toBe(400)
    },
  )

  verifies(
    ['contract-4-iat-policy', 'decision-10', 'AS-55'],
    'binds the scopes that the client may ever be granted',
    async () => {
      const { initial_access_token } = await admin.mint({
        allowed_scopes: ['read:companies', 'read:inventory'],
      })
      const { body } = await register(
        stack,
        { ...metadata, scope: 'read:companies read:inventory read:revenue' },
        initial_access_token,
      )
      const identity = { clientId: body.client_id, redirectUri }
      const within = await codeFlow(stack, { client: identity, request: { scope: undefined } })
      expect(scopesOf((await within.redeem()).body.scope)).toEqual([
        'read:companies',
        'read:inventory',
      ])
      const person = within.person
      const beyond = oauthClient(stack, identity).authorization({ scope: 'read:revenue' })
      const callback = await person.authorize(beyond.url)
      expect(callback.searchParams.get('error')).toBe('invalid_scope')
    },
  )

  verifies('contract-4-iat-uses', 'is minted by administrators only', async () => {
    const url = `${stack.issuer}/console/api/initial-access-tokens`
    for (const token of ['wrong', '', (await tokensFor(stack)).access_token]) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const { status, text } = await send(url, { method: 'POST', body: '{}', headers })
      expect(status).toBe(401)
      expect(text).not.toContain('eyJ')
    }
  })
})
