import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { basic, parametersOf, postForm, send } from '@neonpanel/testing-kit/client/http'
import { demoService, localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { parseChallenge } from '../harness/challenge.ts'
import { passTime } from '../harness/clock.ts'
import { boundClient, callWith, createProofKey, tokenHash } from '../harness/dpop.ts'
import { initializeMessage, mcpRequest, openSession, rpc } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const appSecret = 'pQ7w3Er9Ty1Ui5Op0As2Df4Gh6Jk8Lz1Xc3Vb5Nm7Qw'
const stack = await testStack({ APP_SECRET: appSecret, REVOCATION_CHECK_SECONDS: '0' })
const client = boundClient(stack, await createProofKey())
const { key, proofFor } = client
const thief = boundClient(stack, await createProofKey())

function introspect(token: string, issuer = stack.issuer) {
  const { clientId, clientSecret } = introspectionCredentials(appSecret)
  return postForm(`${issuer}/oauth2/introspect`, { token }, basic(clientId, clientSecret))
}

/** Strict: refused with this error, in a single challenge of scheme DPoP. */
function expectRefusal(answer: { status: number; headers: Headers }, error: string, what = '') {
  expect(answer.status, what).toBe(401)
  const { scheme, parameters } = parseChallenge(answer.headers)
  expect(scheme, what).toBe('DPoP')
  expect(parameters.error, what).toBe(error)
  expect(parameters.algs?.split(' '), what).toContain('ES256')
  expect(parameters.resource_metadata, what).toContain('/.well-known/oauth-protected-resource/')
}

describe('the metadata of both servers', () => {
  verifies(
    ['AS-109', 'decision-9', 'rfc9449-5.1', 'contract-1.1-metadata-true'],
    'names the same algorithms, all of them with a public key',
    async () => {
      const { body } = await send(`${stack.issuer}/.well-known/oauth-authorization-server`)
      const algorithms = body.dpop_signing_alg_values_supported as string[]
      expect(algorithms[0]).toBe('ES256')
      expect(algorithms.filter((name) => /^(none|HS)/i.test(name))).toEqual([])
      const resource = new URL('/.well-known/oauth-protected-resource/mcp', stack.mcpUrl)
      const { body: metadata } = await send(resource)
      expect(metadata.dpop_signing_alg_values_supported).toEqual(algorithms)
      expect(metadata).not.toHaveProperty('dpop_bound_access_tokens_required')
    },
  )
})

describe('a token bound to a key', () => {
  verifies(
    ['decision-9', 'rfc9449-5', 'rfc9449-6.1'],
    'names the key’s thumbprint, and opens /mcp with a proof for each call',
    async () => {
      const { access_token, token_type } = await client.tokens()
      expect(token_type).toBe('DPoP')
      expect(contentsOf(access_token).claims.cnf).toEqual({ jkt: key.thumbprint })
      for (let calls = 0; calls < 2; calls += 1) {
        const proof = await proofFor(access_token)
        expect((await callWith(stack.mcpUrl, access_token, { proof })).status).toBe(200)
      }
    },
  )

  verifies('rfc9449-6.2', 'is introspected as what it is', async () => {
    const { access_token } = await client.tokens()
    const bound = { active: true, token_type: 'DPoP', cnf: { jkt: key.thumbprint } }
    expect((await introspect(access_token)).body).toMatchObject(bound)
  })

  verifies(['rfc9449-5', 'rfc9449-6.2', 'decision-1'], 'may be opaque', async () => {
    const opaque = await stackForTest({ APP_SECRET: appSecret, ACCESS_TOKEN_FORMAT: 'opaque' })
    const other = boundClient(opaque, key)
    const { access_token } = await other.tokens()
    const { body } = await introspect(access_token, opaque.issuer)
    expect(body).toMatchObject({ token_type: 'DPoP', cnf: { jkt: key.thumbprint } })
    const proof = await other.proofFor(access_token)
    expect((await callWith(opaque.mcpUrl, access_token, { proof })).status).toBe(200)
    expectRefusal(await callWith(opaque.mcpUrl, access_token, { proof }), 'invalid_dpop_proof')
    const asBearer = await callWith(opaque.mcpUrl, access_token, { scheme: 'Bearer' })
    expect(asBearer.status).toBe(401)
  })

  verifies('rfc9449-5', 'may belong to a service', async () => {
    const { clientId, clientSecret } = demoService
    const service = basic(clientId, clientSecret)
    const wish = { grant_type: 'client_credentials', scope: 'read:companies' }
    const { body } = await client.ask(wish, undefined, service)
    expect(body.token_type).toBe('DPoP')
    expect(contentsOf(body.access_token).claims.cnf).toEqual({ jkt: key.thumbprint })
  })

  verifies('rfc9449-7.2', 'is no bearer token, with a proof or without', async () => {
    const { access_token } = await client.tokens()
    for (const proof of [undefined, await proofFor(access_token)]) {
      const answer = await callWith(stack.mcpUrl, access_token, { scheme: 'Bearer', proof })
      expect(answer.status).toBe(401)
      const header = answer.headers.get('www-authenticate') ?? ''
      const [asBearer = '', asBound] = header.split(/, (?=DPoP )/)
      const { scheme, parameters } = parseChallenge(new Headers({ 'www-authenticate': asBearer }))
      expect([scheme, parameters.error]).toEqual(['Bearer', 'invalid_token'])
      expect(asBound).toMatch(/^DPoP algs="[\w ]+"$/)
    }
  })

  verifies(['rfc9449-7.1', 'contract-4-revoke-endpoint'], 'ends like any other', async () => {
    const { access_token, refresh_token } = await client.tokens()
    const { status } = await oauthClient(stack).revoke(refresh_token)
    expect(status).toBe(200)
    const proof = await proofFor(access_token)
    expectRefusal(await callWith(stack.mcpUrl, access_token, { proof }), 'invalid_token')
    expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant')
  })

  verifies('rfc9449-7.1', 'asks for more scopes in its own scheme', async () => {
    const { access_token } = await client.tokens({ scope: 'read:companies' })
    const proof = await proofFor(access_token)
    const answer = await callWith(stack.mcpUrl, access_token, { proof }, 'list_warehouses')
    expect(answer.status).toBe(403)
    const { scheme, parameters } = parseChallenge(answer.headers)
    expect([scheme, parameters.error]).toEqual(['DPoP', 'insufficient_scope'])
    expect(parameters.scope).toBe('read:warehouses')
  })
})

describe('a proof at /mcp', () => {
  verifies(['rfc9449-4.3', 'rfc9449-7.1'], 'opens nothing when it does not fit', async () => {
    const { access_token } = await client.tokens()
    const now = Math.floor(Date.now() / 1000)
    const stolen = await thief.proofFor(access_token)
    for (const [what, proof, error] of [
      ['no proof', undefined, 'invalid_dpop_proof'],
      ['another key', stolen, 'invalid_token'],
      ['another method', await proofFor(access_token, { htm: 'GET' }), 'invalid_dpop_proof'],
      ['another URL', await proofFor(access_token, { htu: stack.issuer }), 'invalid_dpop_proof'],
      ['another token', await proofFor('other'), 'invalid_dpop_proof'],
      ['no token hash', await proofFor(access_token, { ath: undefined }), 'invalid_dpop_proof'],
      ['no jti', await proofFor(access_token, { jti: undefined }), 'invalid_dpop_proof'],
      ['a past one', await proofFor(access_token, { iat: now - 303 }), 'invalid_dpop_proof'],
      ['a future one', await proofFor(access_token, { iat: now + 303 }), 'invalid_dpop_proof'],
      ['garbage', 'a.b.c', 'invalid_dpop_proof'],
    ] as const) {
      expectRefusal(await callWith(stack.mcpUrl, access_token, { proof }), error, what)
    }
  })

  verifies('rfc9449-11.1', 'counts once, by whomever it is repeated', async () => {
    const { access_token } = await client.tokens()
    const proof = await proofFor(access_token)
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => callWith(stack.mcpUrl, access_token, { proof })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401])
    passTime(200)
    expectRefusal(await callWith(stack.mcpUrl, access_token, { proof }), 'invalid_dpop_proof')
  })

  verifies(
    ['rfc9449-8', 'rfc9449-4.3'],
    'needs no nonce here: its time is always looked at; one of another server does no harm',
    async () => {
      const { access_token } = await client.tokens()
      for (const claims of [{}, { nonce: 'of another server' }]) {
        const proof = await proofFor(access_token, claims)
        const answer = await callWith(stack.mcpUrl, access_token, { proof })
        expect(answer.status).toBe(200)
        expect(answer.headers.get('dpop-nonce')).toBeNull()
      }
    },
  )

  verifies('rfc9449-4.3', 'is for the URL that the client typed, aliases included', async () => {
    const { access_token } = await client.tokens()
    const { origin } = new URL(stack.mcpUrl)
    const open = async (url: string, htu: string) => {
      const claims = { ath: tokenHash(access_token) }
      const gone = new AbortController()
      const response = await fetch(url, {
        headers: {
          accept: 'text/event-stream',
          authorization: `DPoP ${access_token}`,
          dpop: await key.prove('GET', htu, claims),
        },
        signal: gone.signal,
      })
      gone.abort()
      return response.status
    }
    for (const path of ['/mcp', '/mcp/', '/sse', '/sse/']) {
      expect(await open(origin + path, origin + path), path).toBe(200)
      expect(await open(origin + path, `${origin}/other`), path).toBe(401)
    }
    expect(await open(`${origin}/sse/`, stack.mcpUrl)).toBe(401)
  })

  verifies(['rfc9449-7.1', 'RS-21'], 'is asked for with every request of a session', async () => {
    const { access_token } = await client.tokens()
    const headers = async () => ({
      authorization: `DPoP ${access_token}`,
      dpop: await proofFor(access_token),
    })
    const opened = await mcpRequest(stack.mcpUrl, initializeMessage('2025-11-25'), await headers())
    expect(opened.status).toBe(200)
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
    const list = rpc('tools/list')
    const without = { ...session, authorization: `DPoP ${access_token}` }
    expectRefusal(await mcpRequest(stack.mcpUrl, list, without), 'invalid_dpop_proof')
    const answer = await mcpRequest(stack.mcpUrl, list, { ...session, ...(await headers()) })
    expect(answer.status).toBe(200)
  })
})

describe('a bearer token', () => {
  verifies(['rfc9449-7.2', 'RS-14'], 'is as it was for who knows nothing of keys', async () => {
    const { access_token, token_type } = await tokensFor(stack)
    expect(token_type).toBe('Bearer')
    expect(contentsOf(access_token).claims).not.toHaveProperty('cnf')
    expect((await introspect(access_token)).body).toMatchObject({ token_type: 'Bearer' })
    const session = await openSession(stack.mcpUrl, access_token, '2025-11-25')
    expect(session.opened.status).toBe(200)
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const { headers: answered } = await send(stack.mcpUrl, { headers })
      expect(parseChallenge(answered).scheme).toBe('Bearer')
      expect(answered.get('www-authenticate')).not.toContain('DPoP')
    }
  })

  verifies('rfc9449-7.1', 'does not become a bound one by a proof', async () => {
    const { access_token } = await tokensFor(stack)
    const proof = await proofFor(access_token)
    expectRefusal(await callWith(stack.mcpUrl, access_token, { proof }), 'invalid_token')
  })
})

describe('the token endpoint', () => {
  verifies('rfc9449-5', 'refreshes for a public client with its key only', async () => {
    const { refresh_token } = await client.tokens()
    for (const { status, body } of [
      await thief.refresh(refresh_token),
      await oauthClient(stack).refresh(refresh_token),
    ]) {
      expect(status).toBe(400)
      expect(body.error).toBe('invalid_grant')
    }
    const { body } = await client.refresh(refresh_token)
    expect(body.token_type).toBe('DPoP')
    expect(contentsOf(body.access_token).claims.cnf).toEqual({ jkt: key.thumbprint })
    expect((await thief.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant')
    expect((await client.refresh(body.refresh_token ?? '')).status).toBe(200)
  })

  verifies('rfc9449-5', 'binds a refresh token as soon as a key is proven', async () => {
    const bearer = await tokensFor(stack)
    const { body } = await client.refresh(bearer.refresh_token)
    expect(body.token_type).toBe('DPoP')
    const without = await bearer.client.refresh(body.refresh_token ?? '')
    expect(without.body.error).toBe('invalid_grant')
    expect((await client.refresh(body.refresh_token ?? '')).status).toBe(200)
  })

  verifies(
    ['rfc9449-4.3', 'rfc9449-11.1'],
    'refuses a proof that does not fit or was used, and keeps the refresh token good',
    async () => {
      const used = await key.prove('POST', client.tokenEndpoint)
      const { refresh_token } = await client.tokens()
      const { body } = await client.refresh(refresh_token, used)
      const next = body.refresh_token ?? ''
      for (const [what, proof] of [
        ['used', used],
        ['another URL', await key.prove('POST', stack.mcpUrl)],
        ['another method', await key.prove('GET', client.tokenEndpoint)],
        ['no time', await key.prove('POST', client.tokenEndpoint, { iat: undefined })],
        ['garbage', 'garbage'],
      ] as const) {
        const refused = await client.refresh(next, proof)
        expect([refused.status, refused.body.error], what).toEqual([400, 'invalid_dpop_proof'])
      }
      expect((await client.refresh(next)).status).toBe(200)
    },
  )

  verifies('rfc9449-8', 'gives a nonce to a client whose clock is wrong', async () => {
    const { refresh_token } = await client.tokens()
    const iat = Math.floor(Date.now() / 1000) - 86_400
    const late = await key.prove('POST', client.tokenEndpoint, { iat })
    const told = await client.refresh(refresh_token, late)
    expect([told.status, told.body.error]).toEqual([400, 'use_dpop_nonce'])
    const nonce = told.headers.get('dpop-nonce')
    const again = await key.prove('POST', client.tokenEndpoint, { iat, nonce })
    expect((await client.refresh(refresh_token, again)).status).toBe(200)
  })
})

describe('a code that is meant for a key', () => {
  verifies('rfc9449-10', 'gives nothing to another, nor to none', async () => {
    const wish = { request: { dpop_jkt: key.thumbprint } }
    const mine = await codeFlow(stack, wish)
    const { body } = await client.redeem(mine.code, mine.verifier)
    expect(contentsOf(body.access_token).claims.cnf).toEqual({ jkt: key.thumbprint })
    const stolen = await codeFlow(stack, wish)
    const refused = await thief.redeem(stolen.code, stolen.verifier)
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant'])
    const bare = await (await codeFlow(stack, wish)).redeem()
    expect([bare.status, bare.body.error]).toEqual([400, 'invalid_grant'])
  })

  verifies('rfc9449-10.1', 'may be so because the pushed request proved it', async () => {
    const par = `${stack.issuer}/oauth2/par`
    const asked = oauthClient(stack).authorization()
    const parameters = Object.fromEntries(asked.parameters)
    const dpop = await key.prove('POST', par)
    const other = { ...parameters, dpop_jkt: thief.key.thumbprint }
    expect((await postForm(par, other, { dpop: await key.prove('POST', par) })).status).toBe(400)
    const { body } = await postForm<{ request_uri: string }>(par, parameters, { dpop })
    const query = parametersOf({ client_id: localClient.clientId, request_uri: body.request_uri })
    const url = `${stack.issuer}/oauth2/authorize?${query}`
    const callback = await createPerson(stack.issuer).authorize(url)
    const code = callback.searchParams.get('code') ?? ''
    expect((await thief.redeem(code, asked.verifier)).body.error).toBe('invalid_grant')
  })
})

describe('a web page', () => {
  verifies('RS-36', 'may send a proof', async () => {
    const { headers } = await send(stack.mcpUrl, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:6274',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,dpop',
      },
    })
    expect(headers.get('access-control-allow-headers')).toMatch(/\bdpop\b/)
  })
})
