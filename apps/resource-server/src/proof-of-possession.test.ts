import { createSecretKey } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type BoundClient, createBoundClient, refusalOf } from './testing/bound-client.ts'
import { initialize, modernToolCall } from './testing/messages.ts'
import type { ProofChanges } from './testing/proofs.ts'
import { type RunningServer, startServer } from './testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
  testResource,
} from './testing/tiny-authorization-server.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer
let client: BoundClient

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer)
  client = await createBoundClient(server, authorizationServer)
})

afterEach(resetClock)

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

async function refuses(changes: ProofChanges, said: RegExp) {
  const response = await client.call({ proof: await client.prove(changes) })
  const refusal = await refusalOf(response)
  expect(refusal).toMatch(/^401 DPoP invalid_dpop_proof: /)
  expect(refusal).toMatch(said)
}

describe('a proof is refused', () => {
  it('when it is missing', async () => {
    expect(await refusalOf(await client.call())).toMatch(
      /^401 DPoP invalid_dpop_proof: .*header is missing/,
    )
  })

  it('when there are two', async () => {
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const proofs = [await client.prove(), await client.prove()]
    httpRequest(`${server.origin}/mcp`, {
      method: 'POST',
      headers: { authorization: `DPoP ${client.token}`, DPoP: proofs },
    })
      .on('response', ({ statusCode }) => resolve(statusCode))
      .end()
    expect(await promise).toBe(401)
  })

  it('when it was used before, wherever that was', async () => {
    const proof = await client.prove()
    expect((await client.call({ proof })).status).toBe(200)
    expect(await refusalOf(await client.call({ proof }))).toMatch(
      /^401 DPoP invalid_dpop_proof: .*used before/,
    )
    const [header, payload, signature] = proof.split('.')
    const body = initialize('2025-11-25')
    const other = await client.call({ proof: `${header}.${payload}.${signature}`, body })
    expect(await refusalOf(other)).toMatch(/^401 DPoP invalid_dpop_proof: .*used before/)
  })

  it('when it is one of several at once that are the same: the first one counts', async () => {
    const proof = await client.prove()
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.call({ proof })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)])
  })

  it('when the same jti is signed again', async () => {
    const changes = { claims: { jti: 'the same' } }
    expect((await client.call({ proof: await client.prove(changes) })).status).toBe(200)
    await refuses(changes, /used before/)
  })

  it('for good once it was used, as long as it would be good', async () => {
    const iat = Math.floor(Date.now() / 1000) + 299
    const proof = await client.prove({ claims: { iat } })
    expect((await client.call({ proof })).status).toBe(200)
    advanceClock(590_000)
    expect(await refusalOf(await client.call({ proof }))).toMatch(
      /^401 DPoP invalid_dpop_proof: .*used before/,
    )
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no jti', { jti: undefined }, /jti/],
    ['an empty jti', { jti: '' }, /jti/],
    ['a jti that is no text', { jti: 1 }, /jti/],
    ['no method', { htm: undefined }, /another method/],
    ['another method', { htm: 'GET' }, /another method/],
    ['the method in another case', { htm: 'post' }, /another method/],
    ['no URL', { htu: undefined }, /another URL/],
    ['a URL that is none', { htu: '/mcp' }, /another URL/],
    ['a list of URLs', { htu: [testResource] }, /another URL/],
    ['another host', { htu: 'http://mcp.example/mcp' }, /another URL/],
    ['another port', { htu: 'http://localhost:4400/mcp' }, /another URL/],
    ['another scheme', { htu: 'https://localhost:4401/mcp' }, /another URL/],
    ['another path', { htu: 'http://localhost:4401/sse' }, /another URL/],
    ['a longer path', { htu: `${testResource}/` }, /another URL/],
    ['credentials in the URL', { htu: 'http://a:b@localhost:4401/mcp' }, /another URL/],
    ['no token hash', { ath: undefined }, /another access token/],
    ['the token instead of its hash', { ath: 'token' }, /another access token/],
    ['no time', { iat: undefined }, /too far apart/],
    ['time as text', { iat: '1' }, /malformed/],
    ['a past time', { iat: Math.floor(Date.now() / 1000) - 303 }, /too far apart/],
    ['a future time', { iat: Math.floor(Date.now() / 1000) + 303 }, /too far apart/],
    ['an end that is over', { exp: 1 }, /malformed/],
  ])('that has %s', async (_what, claims, said) => {
    await refuses({ claims }, said)
  })

  it.each<[string, () => Record<string, unknown>]>([
    ['of another type', () => ({ typ: 'JWT' })],
    ['of no type', () => ({ typ: undefined })],
    ['without its key', () => ({ jwk: undefined })],
    ['with its private key', () => ({ jwk: client.key.privateJwk })],
    [
      'with a key that did not sign',
      () => ({ jwk: { ...client.key.publicJwk, x: client.key.publicJwk.y } }),
    ],
    ['with a key that is none', () => ({ jwk: { kty: 'EC' } })],
    ['with a symmetric key', () => ({ jwk: { kty: 'oct', k: 'AAAA' } })],
    ['with a key that is for encryption', () => ({ jwk: { ...client.key.publicJwk, use: 'enc' } })],
    ['with a key that is a list', () => ({ jwk: [client.key.publicJwk] })],
    ['with the URL of a key instead', () => ({ jwk: undefined, jku: 'https://evil.example/jwks' })],
  ])('%s', async (_what, header) => {
    await refuses({ header: header() }, /malformed/)
  })

  it('unsigned, or signed with a secret', async () => {
    const claims = { htm: 'POST', htu: testResource, jti: 'x', iat: Math.floor(Date.now() / 1000) }
    const unsigned = new UnsecuredJWT(claims).encode()
    const secret = createSecretKey(Buffer.from(JSON.stringify(client.key.publicJwk)))
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: client.key.publicJwk })
      .sign(secret)
    for (const proof of [unsigned, confused]) {
      expect(await refusalOf(await client.call({ proof }))).toMatch(
        /^401 DPoP invalid_dpop_proof: .*malformed/,
      )
    }
  })

  it('changed after it was signed', async () => {
    const [header, , signature] = (await client.prove({ claims: { htm: 'GET' } })).split('.')
    const [, payload] = (await client.prove()).split('.')
    const proof = `${header}.${payload}.${signature}`
    expect(await refusalOf(await client.call({ proof }))).toMatch(
      /^401 DPoP invalid_dpop_proof: .*malformed/,
    )
  })

  it.each(['', 'x', 'a.b.c', '...', '{}', 'e30.e30.e30', `${'a'.repeat(8_000)}.b.c`])(
    'that is none: %j',
    async (proof) => {
      expect(await refusalOf(await client.call({ proof }))).toMatch(
        /^401 DPoP invalid_dpop_proof: .*(malformed|missing)/,
      )
    },
  )

  it('and shows nothing of itself, nor of the token, in the log', async () => {
    const proof = await client.prove({ claims: { htm: 'GET' } })
    await client.call({ proof })
    expect(server.logged()).not.toContain(proof)
    expect(server.logged()).not.toContain(client.token)
  })
})

describe('a proof is accepted', () => {
  it.each([
    `${testResource}?query=1#fragment`,
    'HTTP://LOCALHOST:4401/mcp',
    'http://127.0.0.1:4401/mcp',
    'http://[::1]:4401/mcp',
  ])('for a spelling of the URL: %s', async (htu) => {
    expect((await client.call({ proof: await client.prove({ claims: { htu } }) })).status).toBe(200)
  })

  it('for the URL where the server really listens', async () => {
    const proof = await client.key.prove({
      method: 'POST',
      url: `${server.origin}/mcp`,
      token: client.token,
    })
    expect((await client.call({ proof })).status).toBe(200)
  })

  it('from a clock that is a little off, and with a nonce that nobody gave', async () => {
    const iat = Math.floor(Date.now() / 1000)
    for (const claims of [{ iat: iat - 295 }, { iat: iat + 295 }, { nonce: 'of another server' }]) {
      expect((await client.call({ proof: await client.prove({ claims }) })).status).toBe(200)
    }
  })

  it.each(['/mcp/', '/sse', '/sse/'])('for the alias %s, and for that alone', async (path) => {
    const open = async (url: string) => {
      const proof = await client.key.prove({ method: 'GET', url, token: client.token })
      return client.call({ path, method: 'GET', proof })
    }
    const url = new URL(path, testResource).href
    const stream = await open(url)
    expect(stream.status).toBe(200)
    await stream.body?.cancel()
    expect((await open(testResource)).status).toBe(401)
  })

  it('behind a proxy, for the URL that clients see', async () => {
    const publicUrl = 'https://mcp.neonpanel.test/mcp'
    await using staging = await startServer(authorizationServer, {
      MCP_URL: publicUrl,
      TRUST_PROXY: 'true',
    })
    const bound = await authorizationServer.mint({
      aud: publicUrl,
      cnf: { jkt: client.key.thumbprint },
    })
    const statusFor = async (url: string) => {
      const proof = await client.key.prove({ method: 'POST', url, token: bound })
      const { body, headers } = modernToolCall('list_companies')
      const response = await staging.request('/mcp', {
        body,
        headers: {
          ...headers,
          authorization: `DPoP ${bound}`,
          DPoP: proof,
          'X-Forwarded-Host': 'mcp.neonpanel.test',
          'X-Forwarded-Proto': 'https',
        },
      })
      return response.status
    }
    expect(await statusFor(publicUrl)).toBe(200)
    expect(await statusFor('https://mcp.neonpanel.test:443/mcp')).toBe(200)
    expect(await statusFor('http://mcp.neonpanel.test/mcp')).toBe(401)
    expect(await statusFor(`${staging.origin}/mcp`)).toBe(401)
  })
})
