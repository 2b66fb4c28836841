import { proofAlgorithms } from '@neonpanel/contracts/dpop'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BoundClient, createBoundClient, refusalOf } from './testing/bound-client.ts'
import { readEvents } from './testing/event-stream.ts'
import { initialize, modernToolCall, request, toolCall } from './testing/messages.ts'
import { createProofKey } from './testing/proofs.ts'
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

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

const metadata = 'http://localhost:4401/.well-known/oauth-protected-resource/mcp'
const algorithms = `algs="${proofAlgorithms.join(' ')}"`
const usual = { method: 'POST', url: testResource }

describe('a token that is bound to a key', () => {
  it('opens what it is for, with a fresh proof for every request', async () => {
    for (let count = 0; count < 2; count += 1) {
      expect((await client.call({ proof: await client.prove() })).status).toBe(200)
    }
  })

  it.each(['ES384', 'Ed25519', 'EdDSA', 'PS256', 'RS256'])('may be bound to %s', async (alg) => {
    const other = await createProofKey(alg)
    const bound = await authorizationServer.mint({ cnf: { jkt: other.thumbprint } })
    const proof = await other.prove({ ...usual, token: bound })
    expect((await client.call({ authorization: `DPoP ${bound}`, proof })).status).toBe(200)
  })

  it('is refused as a bearer token, with or without a proof, and told how it is presented', async () => {
    for (const proof of [undefined, await client.prove()]) {
      const response = await client.call({ authorization: `Bearer ${client.token}`, proof })
      expect(response.status).toBe(401)
      expect(response.headers.get('WWW-Authenticate')).toBe(
        `Bearer resource_metadata="${metadata}", scope="read:companies", error="invalid_token", ` +
          'error_description="The access token is bound to a key and is no bearer token.", ' +
          `DPoP ${algorithms}`,
      )
    }
  })

  it('is refused in a session that was opened with a bearer token', async () => {
    const bearer = await authorizationServer.mint()
    const opened = await server.request('/mcp', { token: bearer, body: initialize('2025-11-25') })
    await opened.text()
    const headers = { 'Mcp-Session-Id': opened.headers.get('Mcp-Session-Id')! }
    const body = toolCall('list_companies')
    expect((await server.request('/mcp', { token: client.token, headers, body })).status).toBe(401)
    const proof = await client.prove()
    expect((await client.call({ headers, body, proof })).status).toBe(200)
  })

  it('is asked for more scopes in its own scheme', async () => {
    const message = modernToolCall('get_revenue_and_cogs')
    const proof = await client.prove()
    const response = await client.call({ ...message, proof })
    expect(response.status).toBe(403)
    expect(response.headers.get('WWW-Authenticate')).toBe(
      `DPoP ${algorithms}, resource_metadata="${metadata}", scope="read:revenue read:cogs", ` +
        'error="insufficient_scope", error_description="This call needs the scopes read:revenue read:cogs."',
    )
  })

  it('is refused once it ended, however good the proof', async () => {
    const ended = await authorizationServer.mint({
      cnf: { jkt: client.key.thumbprint },
      exp: 1_000_000_000,
    })
    const proof = await client.key.prove({ ...usual, token: ended })
    const response = await client.call({ authorization: `DPoP ${ended}`, proof })
    expect(await refusalOf(response)).toMatch(/^401 DPoP invalid_token: .*expired/)
  })

  it('is refused with the proof of another key', async () => {
    const thief = await createProofKey()
    const response = await client.call({
      proof: await thief.prove({ ...usual, token: client.token }),
    })
    expect(await refusalOf(response)).toMatch(/^401 DPoP invalid_token: .*another key/)
  })

  it.each([{ jkt: 'short' }, { 'x5t#S256': 'c'.repeat(43) }, {}, 'text'])(
    'is refused when it is bound in a manner that is not known: %j',
    async (cnf) => {
      const odd = await authorizationServer.mint({ cnf })
      const proof = await client.key.prove({ ...usual, token: odd })
      expect(await refusalOf(await client.call({ authorization: `DPoP ${odd}`, proof }))).toMatch(
        /^401 DPoP invalid_token: /,
      )
      expect((await client.call({ authorization: `Bearer ${odd}` })).status).toBe(401)
    },
  )

  it('may be opaque', async () => {
    const iat = Math.floor(Date.now() / 1000)
    const answer = { active: true, scope: 'read:companies', client_id: 'client-a', sub: 'person' }
    const bound = { token_type: 'DPoP', cnf: { jkt: client.key.thumbprint }, companies: [] }
    const about = { aud: testResource, iss: authorizationServer.issuer, exp: iat + 60 }
    authorizationServer.answer('opaque', { ...answer, ...bound, ...about })
    const proof = await client.key.prove({ ...usual, token: 'opaque' })
    expect((await client.call({ authorization: 'DPoP opaque', proof })).status).toBe(200)
    expect(await refusalOf(await client.call({ authorization: 'DPoP opaque' }))).toMatch(
      /^401 DPoP invalid_dpop_proof: .*missing/,
    )
    expect((await client.call({ authorization: 'Bearer opaque' })).status).toBe(401)
  })
})

describe('a bearer token', () => {
  it('is refused as one that is bound', async () => {
    const bearer = await authorizationServer.mint()
    const proof = await client.key.prove({ ...usual, token: bearer })
    const response = await client.call({ authorization: `DPoP ${bearer}`, proof })
    expect(await refusalOf(response)).toMatch(/^401 DPoP invalid_token: .*bearer token/)
  })

  it('may come with a proof that nobody asked for', async () => {
    const authorization = `Bearer ${await authorizationServer.mint()}`
    expect((await client.call({ authorization, proof: 'anything' })).status).toBe(200)
  })
})

describe('the scheme', () => {
  it.each(['dpop', 'DPOP', 'DPoP '])('is read in any case: %j', async (scheme) => {
    const proof = await client.prove()
    expect((await client.call({ authorization: `${scheme} ${client.token}`, proof })).status).toBe(
      200,
    )
  })

  it.each(['DPoP', 'DPoP two tokens', 'DPoP "quoted"', 'dpop a,b'])(
    'needs one token: %j',
    async (authorization) => {
      const response = await client.call({ authorization, proof: await client.prove() })
      expect(response.status).toBe(400)
      expect(response.headers.get('WWW-Authenticate')).toMatch(
        /^DPoP algs=.*error="invalid_request"/,
      )
    },
  )

  it('with a token that nobody knows is refused as such', async () => {
    expect(await refusalOf(await client.call({ authorization: 'DPoP abc' }))).toMatch(
      /^401 DPoP invalid_token: /,
    )
  })
})

describe('a 2024-11-05 stream', () => {
  it('takes messages with a proof each, for the URL without its query', async () => {
    const gone = new AbortController()
    const stream = await server.request('/mcp', {
      method: 'GET',
      headers: {
        authorization: `DPoP ${client.token}`,
        DPoP: await client.key.prove({ method: 'GET', url: testResource, token: client.token }),
      },
      signal: gone.signal,
    })
    const events = readEvents(stream)
    const path = (await events.next())!.data
    const body = request('ping')
    expect((await client.call({ path, body })).status).toBe(401)
    expect((await client.call({ path, body, proof: await client.prove() })).status).toBe(202)
    expect(JSON.parse((await events.next())!.data)).toMatchObject({ id: 1, result: {} })
    gone.abort()
  })
})

describe('two processes behind one address', () => {
  it('both judge a request that one passes on to the other', async () => {
    await using other = await startServer(authorizationServer)
    const send = async (at: RunningServer, body: unknown, headers = {}) =>
      at.request('/mcp', {
        body,
        headers: { ...headers, authorization: `DPoP ${client.token}`, DPoP: await client.prove() },
      })
    const opened = await send(server, initialize('2025-11-25'))
    await opened.text()
    const headers = { 'Mcp-Session-Id': opened.headers.get('Mcp-Session-Id')! }
    expect((await send(other, toolCall('list_companies'), headers)).status).toBe(200)
  })
})

describe('the protected-resource metadata', () => {
  it('names the algorithms, and leaves bearer tokens to who wants them', async () => {
    const path = '/.well-known/oauth-protected-resource/mcp'
    const document = (await (await server.request(path, { method: 'GET' })).json()) as object
    expect(document).toMatchObject({
      dpop_signing_alg_values_supported: proofAlgorithms,
      bearer_methods_supported: ['header'],
    })
    expect(document).not.toHaveProperty('dpop_bound_access_tokens_required')
  })

  it('is told of no algorithm without a key behind it', () => {
    expect(proofAlgorithms.filter((name) => /^(none|HS)/i.test(name))).toEqual([])
  })
})
