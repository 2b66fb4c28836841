import { proofAlgorithms } from '@neonpanel/contracts/dpop'
import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  authorizationUrl,
  authorize,
  post,
  redirectUri,
  type TokenAnswer,
} from '../testing/flow.ts'
import { createProofKey, type ProofKey, tokenHash } from '../testing/proofs.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const appSecret = 'A'.repeat(43)

let server: TestServer
let tokenUrl: string
let key: ProofKey
beforeAll(async () => {
  server = await startServer({ APP_SECRET: appSecret })
  tokenUrl = `${server.issuer}/oauth2/token`
})
beforeEach(async () => {
  key = await createProofKey()
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(resetClock)

type Headers = Record<string, string>

const basic = (id: string, secret: string): Headers => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
const resourceServer = introspectionCredentials(appSecret)
const service = basic('demo-service', 'neonpanel-demo-secret')

const introspect = async (token: string, at = server) => {
  const headers = basic(resourceServer.clientId, resourceServer.clientSecret)
  return (await post(`${at.issuer}/oauth2/introspect`, { token }, headers)).body
}

function redeem(
  { code, verifier }: { code: string; verifier: string },
  headers: Headers = {},
  at = server,
): Promise<TokenAnswer> {
  const form = { grant_type: 'authorization_code', client_id: 'local-client' }
  const about = { code, redirect_uri: redirectUri, code_verifier: verifier }
  return post(`${at.issuer}/oauth2/token`, { ...form, ...about }, headers)
}

function refresh(token: string, headers: Headers = {}): Promise<TokenAnswer> {
  const form = { grant_type: 'refresh_token', client_id: 'local-client', refresh_token: token }
  return post(tokenUrl, form, headers)
}

/** Tokens that are bound to the key, or bearer tokens. */
async function tokens(of: ProofKey | undefined = key, at = server) {
  const authorized = await authorize(at, { scope: 'openid read:companies' })
  return (await redeem(authorized, await of?.proof(`${at.issuer}/oauth2/token`), at)).body
}

const serviceToken = (headers: Headers) =>
  post(tokenUrl, { grant_type: 'client_credentials', scope: 'read:companies' }, headers)

describe('the metadata', () => {
  test('names the algorithms that the resource server knows as well', async () => {
    const path = '/.well-known/oauth-authorization-server'
    const document = await (await fetch(server.issuer + path)).json()
    expect(document).toMatchObject({ dpop_signing_alg_values_supported: proofAlgorithms })
  })
})

describe('a proven key', () => {
  test('binds the access token', async () => {
    const body = await tokens()
    expect(body.token_type).toBe('DPoP')
    expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: key.thumbprint })
    expect(await introspect(body.access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: key.thumbprint },
    })
  })

  test('binds an opaque access token', async () => {
    await using opaque = await startServer({ APP_SECRET: appSecret, ACCESS_TOKEN_FORMAT: 'opaque' })
    const body = await tokens(key, opaque)
    expect(await introspect(body.access_token, opaque)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: key.thumbprint },
    })
  })

  test('binds the token of a service', async () => {
    const { body } = await serviceToken({ ...service, ...(await key.proof(tokenUrl)) })
    expect(body.token_type).toBe('DPoP')
    expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: key.thumbprint })
  })

  test.each(proofAlgorithms)('may be one of %s', async (alg) => {
    const other = await createProofKey(alg)
    const { body } = await serviceToken({ ...service, ...(await other.proof(tokenUrl)) })
    expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: other.thumbprint })
  })

  test('is nobody’s business who has none', async () => {
    const authorized = await authorize(server, { scope: 'read:companies' })
    const { body } = await redeem(authorized)
    expect(body.token_type).toBe('Bearer')
    expect(decodeJwt(body.access_token)).not.toHaveProperty('cnf')
    expect(await introspect(body.access_token)).not.toHaveProperty('cnf')
  })
})

describe('a bound refresh token', () => {
  test('needs its key again, and stays bound through its successors', async () => {
    let { refresh_token: token } = await tokens()
    for (let count = 0; count < 3; count += 1) {
      const { status, body } = await refresh(token, await key.proof(tokenUrl))
      expect([status, body.token_type]).toEqual([200, 'DPoP'])
      expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: key.thumbprint })
      token = body.refresh_token
    }
    const thief = await createProofKey()
    for (const headers of [{}, await thief.proof(tokenUrl)]) {
      expect((await refresh(token, headers)).body.error).toBe('invalid_grant')
    }
    expect((await refresh(token, await key.proof(tokenUrl))).status).toBe(200)
  })

  test('is retried with its key only, and gives the same successor', async () => {
    const { refresh_token: token } = await tokens()
    const first = await refresh(token, await key.proof(tokenUrl))
    const thief = await createProofKey()
    for (const headers of [{}, await thief.proof(tokenUrl)]) {
      expect((await refresh(token, headers)).body.error).toBe('invalid_grant')
    }
    const again = await refresh(token, await key.proof(tokenUrl))
    expect(again.body.refresh_token).toBe(first.body.refresh_token)
    expect((await refresh(again.body.refresh_token)).body.error).toBe('invalid_grant')
  })

  test('comes of an unbound one as soon as a public client proves a key', async () => {
    const authorized = await authorize(server)
    const bearer = (await redeem(authorized)).body
    const bound = (await refresh(bearer.refresh_token, await key.proof(tokenUrl))).body
    expect(bound.token_type).toBe('DPoP')
    expect((await refresh(bound.refresh_token)).body.error).toBe('invalid_grant')
    expect((await refresh(bound.refresh_token, await key.proof(tokenUrl))).status).toBe(200)
  })
})

describe('an authorization request', () => {
  const request = (dpop_jkt: string) => ({ scope: 'read:companies', parameters: { dpop_jkt } })

  test('may name the key that the code is for', async () => {
    const authorized = await authorize(server, request(key.thumbprint))
    const { body } = await redeem(authorized, await key.proof(tokenUrl))
    expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: key.thumbprint })
  })

  test.each(['another key', 'no key'])('that names one gives nothing to %s', async (which) => {
    const authorized = await authorize(server, request(key.thumbprint))
    const thief = await createProofKey()
    const headers = which === 'no key' ? {} : await thief.proof(tokenUrl)
    const { status, body } = await redeem(authorized, headers)
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
  })

  test('that is pushed may prove the key at once', async () => {
    const { url, verifier } = authorizationUrl(server.issuer)
    const form = Object.fromEntries(new URL(url).searchParams)
    const parUrl = `${server.issuer}/oauth2/par`
    const pushed = await post(parUrl, form, await key.proof(parUrl))
    expect(pushed.status).toBe(201)
    const only = { client_id: 'local-client', request_uri: pushed.body.request_uri }
    const names = [...new URL(url).searchParams.keys()]
    const parameters = { ...Object.fromEntries(names.map((name) => [name, undefined])), ...only }
    const { code } = await authorize(server, { parameters })
    expect((await redeem({ code, verifier })).body.error).toBe('invalid_grant')
  })

  test('that is pushed must not prove another key than it names', async () => {
    const { url } = authorizationUrl(server.issuer, request('k'.repeat(43)))
    const parUrl = `${server.issuer}/oauth2/par`
    const form = Object.fromEntries(new URL(url).searchParams)
    const { status, body } = await post(parUrl, form, await key.proof(parUrl))
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  })
})

describe('a proof is refused', () => {
  const refused = { status: 400, body: { error: 'invalid_dpop_proof' } }

  test('when it was used before, and costs the refresh token nothing', async () => {
    const { refresh_token: token } = await tokens()
    const proof = await key.proof(tokenUrl)
    const next = (await refresh(token, proof)).body.refresh_token
    expect(await refresh(next, proof)).toMatchObject(refused)
    expect((await refresh(next, await key.proof(tokenUrl))).status).toBe(200)
  })

  test('by all but one of several requests at once', async () => {
    const proof = await key.proof(tokenUrl)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => serviceToken({ ...service, ...proof })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)])
  })

  test('as long as it would be good', async () => {
    const iat = Math.floor(Date.now() / 1000) + 299
    const headers = { ...service, ...(await key.proof(tokenUrl, { iat })) }
    expect((await serviceToken(headers)).status).toBe(200)
    advanceClock(590_000)
    expect(await serviceToken(headers)).toMatchObject(refused)
  })

  test.each<[string, Record<string, unknown>]>([
    ['another method', { htm: 'GET' }],
    ['another URL', { htu: 'https://evil.example/oauth2/token' }],
    ['no URL', { htu: undefined }],
    ['no jti', { jti: undefined }],
    ['no time', { iat: undefined }],
    ['a nonce that is no text', { nonce: 1 }],
  ])('that has %s', async (_, claims) => {
    const headers = { ...service, ...(await key.proof(tokenUrl, claims)) }
    expect(await serviceToken(headers)).toMatchObject(refused)
  })

  test('that is none', async () => {
    expect(await serviceToken({ ...service, DPoP: 'a.b.c' })).toMatchObject(refused)
  })
})

describe('a client whose clock is wrong', () => {
  test('is given a nonce, which every process knows', async () => {
    const iat = Math.floor(Date.now() / 1000) - 3_600
    const late = { ...service, ...(await key.proof(tokenUrl, { iat })) }
    const told = await serviceToken(late)
    expect([told.status, told.body.error]).toEqual([400, 'use_dpop_nonce'])
    const nonce = told.headers.get('dpop-nonce')
    const again = { ...service, ...(await key.proof(tokenUrl, { iat, nonce })) }
    expect((await serviceToken(again)).status).toBe(200)
    const made = { ...service, ...(await key.proof(tokenUrl, { iat, nonce: 'made up' })) }
    expect((await serviceToken(made)).body.error).toBe('use_dpop_nonce')
    await using other = await startServer({ APP_SECRET: appSecret })
    const url = `${other.issuer}/oauth2/token`
    const elsewhere = { ...service, ...(await key.proof(url, { iat, nonce })) }
    const form = { grant_type: 'client_credentials', scope: 'read:companies' }
    expect((await post(url, form, elsewhere)).status).toBe(200)
  })
})

describe('a client that registered for bound tokens', () => {
  test('gets no others', async () => {
    const metadata = {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      dpop_bound_access_tokens: true,
    }
    const registered = await fetch(`${server.issuer}/oauth2/register`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await server.mint()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(metadata),
    })
    const client = (await registered.json()) as { client_id: string }
    expect(client).toMatchObject({ dpop_bound_access_tokens: true })
    const { client_id } = client
    const { code, verifier } = await authorize(server, { clientId: client_id })
    const form = { grant_type: 'authorization_code', client_id, redirect_uri: redirectUri }
    const exchange = { ...form, code, code_verifier: verifier }
    expect((await post(tokenUrl, exchange)).body.error).toBe('invalid_grant')
    const { body } = await post(tokenUrl, exchange, await key.proof(tokenUrl))
    expect(body.token_type).toBe('DPoP')
  })
})

describe('UserInfo', () => {
  test('asks for the proof of a bound token', async () => {
    const authorized = await authorize(server, { scope: 'openid email' })
    const { access_token: token } = (await redeem(authorized, await key.proof(tokenUrl))).body
    const url = `${server.issuer}/oauth2/userinfo`
    const call = (headers: Headers) => post(url, {}, headers)
    const ath = tokenHash(token)
    const proof = await key.proof(url, { ath })
    const authorization = `DPoP ${token}`
    expect((await call({ authorization, ...proof })).body).toHaveProperty('email')
    expect((await call({ authorization, ...proof })).status).toBe(401)
    expect((await call({ authorization, ...(await key.proof(url)) })).status).toBe(401)
    expect((await call({ authorization: `Bearer ${token}` })).status).toBe(401)
    const thief = await createProofKey()
    const stolen = await call({ authorization, ...(await thief.proof(url, { ath })) })
    expect(stolen.status).toBe(401)
    expect(stolen.headers.get('www-authenticate')).toMatch(/^DPoP /)
  })
})
