import { randomUUID } from 'node:crypto'
import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { postForm } from '@neonpanel/testing-kit/client/http'
import { register, type TokenBody } from '@neonpanel/testing-kit/client/oauth-client'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const tokenEndpoint = `${stack.issuer}/oauth2/token`
const redirectUri = 'https://confidential.example/cb'
const { privateKey, publicKey } = await generateKeyPair('ES256')
const stranger = await generateKeyPair('ES256')
const { initial_access_token } = await adminApi(stack).mint()
const { body: registration } = await register(
  stack,
  {
    client_name: 'With a key',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] },
  },
  initial_access_token,
)

const claims = (changes: JWTPayload = {}): JWTPayload => {
  const now = Math.floor(Date.now() / 1000)
  const id = registration.client_id
  return {
    iss: id,
    sub: id,
    aud: stack.issuer,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...changes,
  }
}

const sign = (changes?: JWTPayload, key = privateKey) =>
  new SignJWT(claims(changes)).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(key)

async function redeemWith(assertion: string | undefined) {
  const { code, verifier } = await codeFlow(stack, {
    client: { clientId: registration.client_id, redirectUri },
  })
  return postForm<TokenBody>(tokenEndpoint, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    client_id: registration.client_id,
    ...(assertion !== undefined && {
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
  })
}

describe('a client that proves itself with its key', () => {
  verifies(
    ['AS-77', 'AS-145', 'contract-1.1-metadata-true'],
    'gets tokens, and has no secret',
    async () => {
      expect(registration.client_secret).toBeUndefined()
      const { status, body } = await redeemWith(await sign())
      expect(status, JSON.stringify(body)).toBe(200)
      expect(body.refresh_token).toEqual(expect.any(String))
    },
  )

  verifies('AS-77', 'may name the token endpoint as the audience', async () => {
    expect((await redeemWith(await sign({ aud: tokenEndpoint }))).status).toBe(200)
  })

  verifies('AS-77', 'cannot use an assertion twice', async () => {
    const assertion = await sign()
    expect((await redeemWith(assertion)).status).toBe(200)
    const replayed = await redeemWith(assertion)
    expect(replayed.status).toBe(401)
    expect(replayed.body.error).toBe('invalid_client')
  })

  verifies(['AS-77', 'AS-145'], 'is refused without an assertion, or with a bad one', async () => {
    const past = Math.floor(Date.now() / 1000) - 600
    for (const [what, assertion] of Object.entries({
      nothing: undefined,
      'a stranger’s key': await sign({}, stranger.privateKey),
      'an expired one': await sign({ iat: past - 60, exp: past }),
      'another audience': await sign({ aud: 'https://evil.example' }),
      'another issuer': await sign({ iss: 'claude' }),
      'another subject': await sign({ sub: 'claude' }),
      'no signature': new UnsecuredJWT(claims()).encode(),
      'the public key as a shared secret': await new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(Buffer.from(await exportSPKI(publicKey))),
    })) {
      const { status, body } = await redeemWith(assertion)
      expect([400, 401], what).toContain(status)
      expect(body.error, what).toMatch(/^invalid_(client|request)$/)
    }
  })
})
