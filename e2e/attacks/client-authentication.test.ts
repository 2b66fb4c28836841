import { randomUUID } from 'node:crypto'
import { basic, postForm } from '@neonpanel/testing-kit/client/http'
import { demoService } from '@neonpanel/testing-kit/client/oauth-client'
import {
  CompactSign,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'
import { registeredClient } from './registered-client.ts'

const stack = await testStack()
const attack = attacksOn(stack, { 'the service’s secret': demoService.clientSecret })
const confidentialClient = () => registeredClient(stack, 'https://attacker.example/cb')

describe('client authentication', () => {
  const { clientId, clientSecret } = demoService
  const wish = { grant_type: 'client_credentials', scope: 'read:companies' }
  const token = (parameters: Record<string, string>, headers = {}) =>
    postForm(`${stack.issuer}/oauth2/token`, { ...wish, ...parameters }, headers)

  verifies(
    ['AS-74', 'attack-fails'],
    'a confidential client without, with an empty or with somebody else’s secret is refused',
    attack(async (strike) => {
      const other = await confidentialClient()
      for (const answer of [
        token({ client_id: clientId }),
        token({ client_id: clientId, client_secret: '' }),
        token({ client_id: clientId, client_secret: other.clientSecret }),
        token({}, basic(clientId, '')),
        token({}, basic(clientId, other.clientSecret)),
        token({}, basic(clientId, `${clientSecret} `)),
        token({}, basic(`${clientId}\0`, clientSecret)),
      ]) {
        const { status, body } = await strike(answer)
        expect([400, 401]).toContain(status)
        expect(body).not.toHaveProperty('access_token')
      }
    }),
  )

  verifies(
    ['AS-74', 'attack-fails'],
    'two ways of authenticating at once are refused',
    attack(async (strike) => {
      const answer = await strike(
        token({ client_id: clientId, client_secret: clientSecret }, basic(clientId, clientSecret)),
      )
      expect(answer.status).toBe(400)
      const mixed = await strike(token({ client_id: 'claude' }, basic(clientId, clientSecret)))
      expect(mixed.body).not.toHaveProperty('access_token')
    }),
  )

  verifies(
    ['AS-76', 'attack-fails'],
    'a secret in the address authenticates nobody',
    attack(async (strike) => {
      const url = `${stack.issuer}/oauth2/token?client_id=${clientId}&client_secret=${clientSecret}`
      const answer = await strike(postForm(url, wish))
      expect(answer.body).not.toHaveProperty('access_token')
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }),
  )

  verifies(
    ['AS-39', 'attack-fails'],
    'the stored hash of a secret is no secret',
    attack(async (strike) => {
      const row = await stack.database.prisma.client.findUnique({ where: { clientId } })
      const answer = await strike(token({}, basic(clientId, row?.secretHash ?? '')))
      expect(answer.status).toBe(401)
    }),
  )

  verifies(
    ['AS-37', 'attack-fails'],
    'guessing a secret ends in 429 with Retry-After, and hits nobody else',
    attack(async (strike) => {
      const client = await confidentialClient()
      let refused = await token({}, basic(client.clientId, 'guess'))
      for (let n = 0; n < 40 && refused.status !== 429; n++) {
        refused = await strike(token({}, basic(client.clientId, `guess-${n}`)))
      }
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await token({}, basic(clientId, clientSecret))).status).toBe(200)
    }),
  )

  verifies(
    ['AS-93', 'attack-fails'],
    'a public client gets no token for itself',
    attack(async (strike) => {
      const answer = await strike(token({ client_id: 'local-client' }))
      expect(answer.status).toBe(400)
      expect(answer.body).not.toHaveProperty('access_token')
    }),
  )

  verifies(
    ['AS-36', 'attack-fails'],
    'unknown grant types are refused by name alone, and not repeated',
    attack(async (strike) => {
      for (const grant_type of [
        'password',
        'implicit',
        '__proto__',
        'constructor',
        '<script>',
        '',
      ]) {
        const { status, text } = await strike(token({ grant_type, client_id: 'local-client' }))
        expect(status).toBe(400)
        expect(text).not.toMatch(/<script>|__proto__/)
      }
    }),
  )
})

describe('client assertions (RFC 7523)', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const stranger = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  const { clientId } = await registeredClient(stack, 'https://app.example/cb', {
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [publicJwk] },
  })
  const nowSeconds = Math.floor(Date.now() / 1000)
  const claims = (changes: JWTPayload = {}): JWTPayload => ({
    iss: clientId,
    sub: clientId,
    aud: stack.issuer,
    jti: randomUUID(),
    iat: nowSeconds,
    exp: nowSeconds + 60,
    ...changes,
  })
  const sign = (changes: JWTPayload = {}, key = privateKey, header: object = {}) =>
    new SignJWT(claims(changes))
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header } as JWTHeaderParameters)
      .sign(key)
  const present = (client_assertion: string, changes: Record<string, string> = {}) =>
    postForm(`${stack.issuer}/oauth2/token`, {
      grant_type: 'client_credentials',
      scope: 'read:companies',
      client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...changes,
    })
  const strangersJwk = { ...(await exportJWK(stranger.publicKey)), kid: 'k1', alg: 'ES256' }

  verifies(
    ['AS-77', 'attack-fails'],
    'the good one is accepted, which makes the refusals below mean something',
    attack(async (strike) => {
      const { status } = await present(await sign())
      expect(status).toBe(200)
      expect((await strike(present('no.such.assertion'))).status).toBeGreaterThanOrEqual(400)
    }),
  )

  const forgeries: Record<string, () => Promise<string> | string> = {
    'without signature': () => new UnsecuredJWT(claims()).encode(),
    'whose signature was cut off': async () => (await sign()).replace(/[^.]+$/, ''),
    'signed by a stranger': () => sign({}, stranger.privateKey),
    'that brings its own key in the header': () =>
      sign({}, stranger.privateKey, { jwk: strangersJwk }),
    'that names a key set of the attacker': () =>
      sign({}, stranger.privateKey, { jku: 'https://evil.example/jwks' }),
    'that names a certificate of the attacker': () =>
      sign({}, stranger.privateKey, { x5u: 'https://evil.example/cert', x5c: ['AAAA'] }),
    'with a path as kid': () => sign({}, stranger.privateKey, { kid: '../../../../dev/null' }),
    'with SQL as kid': () => sign({}, stranger.privateKey, { kid: "' UNION SELECT 'x" }),
    'signed with the public key as a shared secret': async () =>
      new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(new TextEncoder().encode(await exportSPKI(publicKey))),
    'with a critical extension nobody knows': async () => {
      const header = { alg: 'ES256', kid: 'k1', crit: ['x'], x: true }
      const options = { crit: { x: true } }
      const payload = new TextEncoder().encode(JSON.stringify(claims()))
      return new CompactSign(payload).setProtectedHeader(header).sign(privateKey, options)
    },
    'for another audience': () => sign({ aud: 'https://evil.example' }),
    'for the resource server': () => sign({ aud: stack.mcpUrl }),
    'for no audience': () => sign({ aud: [] }),
    'of another issuer': () => sign({ iss: 'demo-service' }),
    'about another client': () => sign({ sub: 'demo-service' }),
    'that has expired': () => sign({ iat: nowSeconds - 600, exp: nowSeconds - 300 }),
    'that never expires': () => sign({ exp: undefined as never }),
    'that is not valid yet': () => sign({ nbf: nowSeconds + 600 }),
    'without an id': () => sign({ jti: undefined as never }),
  }
  for (const [what, forge] of Object.entries(forgeries)) {
    verifies(
      ['AS-77', 'attack-fails'],
      `an assertion ${what} authenticates nobody`,
      attack(async (strike) => {
        const { status, body, headers } = await strike(present(await forge()))
        expect([400, 401]).toContain(status)
        expect(body.error).toMatch(/^invalid_(client|request)$/)
        expect(body).not.toHaveProperty('access_token')
        expect(headers.get('cache-control')).toContain('no-store')
      }),
    )
  }

  verifies(
    ['AS-77', 'attack-fails'],
    'an assertion is used once, also when two come at the same moment',
    attack(async (strike) => {
      const assertion = await sign()
      const answers = await Promise.all([1, 2, 3, 4].map(() => strike(present(assertion))))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect((await strike(present(assertion))).status).toBe(401)
    }),
  )

  verifies(
    ['AS-77', 'attack-fails'],
    'an assertion of one client does not speak for another',
    attack(async (strike) => {
      const answer = await strike(present(await sign(), { client_id: 'demo-service' }))
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.body).not.toHaveProperty('access_token')
    }),
  )

  verifies(
    ['AS-74', 'attack-fails'],
    'a client with a key is not authenticated by a secret, nor by nothing',
    attack(async (strike) => {
      const url = `${stack.issuer}/oauth2/token`
      const wish = { grant_type: 'client_credentials', scope: 'read:companies' }
      for (const answer of [
        postForm(url, { ...wish, client_id: clientId }),
        postForm(url, { ...wish, client_id: clientId, client_secret: 'x' }),
        postForm(url, wish, basic(clientId, 'x')),
      ]) {
        expect((await strike(answer)).body).not.toHaveProperty('access_token')
      }
    }),
  )
})
