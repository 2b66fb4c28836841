import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect } from 'vitest'
import { parseChallenge } from '../harness/challenge.ts'
import { codeFlow } from '../harness/grant.ts'
import { postForm, send } from '../harness/http.ts'
import { mcpRequest, modernMessage } from '../harness/mcp.ts'
import { localClient, type TokenBody } from '../harness/oauth-client.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const tokenEndpoint = `${stack.issuer}/oauth2/token`

type Key = Awaited<ReturnType<typeof newKey>>

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { privateKey, jwk: await exportJWK(publicKey) }
}

/** A proof of possession (RFC 9449 section 4.2). */
function prove(key: Key, method: string, url: string, claims: Record<string, unknown> = {}) {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ htm: method, htu: url, jti: randomUUID(), iat: now, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })
    .sign(key.privateKey)
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')

/** Tokens that are bound to a key. */
async function boundTokens(key: Key): Promise<TokenBody> {
  const { code, verifier } = await codeFlow(stack)
  const { status, body } = await postForm<TokenBody>(
    tokenEndpoint,
    {
      grant_type: 'authorization_code',
      client_id: localClient.clientId,
      redirect_uri: localClient.redirectUri,
      code,
      code_verifier: verifier,
    },
    { dpop: await prove(key, 'POST', tokenEndpoint) },
  )
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

function callWith(token: string, scheme: string, proof?: string) {
  const { message, headers } = modernMessage('tools/call', {
    name: 'list_companies',
    arguments: {},
  })
  return mcpRequest(stack.mcpUrl, message, {
    ...headers,
    authorization: `${scheme} ${token}`,
    ...(proof !== undefined && { dpop: proof }),
  })
}

const key = await newKey()

describe('a token bound to a key (DPoP)', () => {
  verifies(
    ['AS-109', 'decision-9', 'contract-1.1-metadata-true'],
    'is announced by both servers',
    async () => {
      const { body } = await send(`${stack.issuer}/.well-known/oauth-authorization-server`)
      expect(body.dpop_signing_alg_values_supported).toContain('ES256')
      for (const algorithm of ['none', 'HS256']) {
        expect(body.dpop_signing_alg_values_supported).not.toContain(algorithm)
      }
      const resource = new URL('/.well-known/oauth-protected-resource/mcp', stack.mcpUrl)
      const { body: metadata } = await send(resource)
      expect(metadata.dpop_signing_alg_values_supported).toContain('ES256')
    },
  )

  verifies(
    ['decision-9', 'rfc9449-6.1'],
    'names the key’s thumbprint, and opens /mcp with a proof',
    async () => {
      const { access_token, token_type } = await boundTokens(key)
      expect(token_type).toBe('DPoP')
      const { claims } = contentsOf(access_token)
      expect(claims.cnf).toEqual({ jkt: await calculateJwkThumbprint(key.jwk) })
      const proof = await prove(key, 'POST', stack.mcpUrl, { ath: hashOf(access_token) })
      expect((await callWith(access_token, 'DPoP', proof)).status).toBe(200)
    },
  )

  verifies(
    'rfc9449-7.1',
    'opens nothing without its proof, or with one that does not fit',
    async () => {
      const { access_token } = await boundTokens(key)
      const ath = hashOf(access_token)
      const now = Math.floor(Date.now() / 1000)
      const url = stack.mcpUrl
      for (const [what, scheme, proof] of [
        ['as a bearer', 'Bearer', undefined],
        ['as a bearer with a proof', 'Bearer', await prove(key, 'POST', url, { ath })],
        ['no proof', 'DPoP', undefined],
        ['another key', 'DPoP', await prove(await newKey(), 'POST', url, { ath })],
        ['another method', 'DPoP', await prove(key, 'GET', url, { ath })],
        ['another URL', 'DPoP', await prove(key, 'POST', `${stack.issuer}/mcp`, { ath })],
        ['another token', 'DPoP', await prove(key, 'POST', url, { ath: hashOf('other') })],
        ['no token hash', 'DPoP', await prove(key, 'POST', url)],
        ['an old one', 'DPoP', await prove(key, 'POST', url, { ath, iat: now - 3_600 })],
        ['one of the future', 'DPoP', await prove(key, 'POST', url, { ath, iat: now + 3_600 })],
        ['garbage', 'DPoP', 'a.b.c'],
      ] as const) {
        const answer = await callWith(access_token, scheme, proof)
        expect(answer.status, what).toBe(401)
      }
    },
  )

  verifies('rfc9449-11.1', 'cannot be used twice with one proof', async () => {
    const { access_token } = await boundTokens(key)
    const proof = await prove(key, 'POST', stack.mcpUrl, { ath: hashOf(access_token) })
    expect((await callWith(access_token, 'DPoP', proof)).status).toBe(200)
    expect((await callWith(access_token, 'DPoP', proof)).status).toBe(401)
  })

  verifies('rfc9449-5', 'a public client’s refresh token is bound as well', async () => {
    const tokens = await boundTokens(key)
    const refresh = async (with_: Key) =>
      postForm<TokenBody>(
        tokenEndpoint,
        {
          grant_type: 'refresh_token',
          client_id: localClient.clientId,
          refresh_token: tokens.refresh_token ?? '',
        },
        { dpop: await prove(with_, 'POST', tokenEndpoint) },
      )
    const stolen = await refresh(await newKey())
    expect(stolen.status).toBe(400)
    expect((await refresh(key)).body.token_type).toBe('DPoP')
  })

  verifies('rfc9449-7.1', 'leaves bearer tokens as they are', async () => {
    const { redeem } = await codeFlow(stack)
    const { body } = await redeem()
    expect(body.token_type).toBe('Bearer')
    expect(contentsOf(body.access_token).claims).not.toHaveProperty('cnf')
    expect((await callWith(body.access_token, 'Bearer')).status).toBe(200)
    const refused = await send(stack.mcpUrl)
    expect(parseChallenge(refused.headers).scheme).toBe('Bearer')
  })
})
