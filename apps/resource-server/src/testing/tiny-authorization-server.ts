import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  type AccessTokenClaims,
  accessTokenAlgorithm,
  accessTokenType,
} from '@neonpanel/contracts/access-token'
import { challengedScopeParameter } from '@neonpanel/contracts/challenged-scope'
import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** What the resource server needs of an authorization server, over real HTTP: keys, introspection, metadata. */
export interface TinyAuthorizationServer extends AsyncDisposable {
  readonly issuer: string
  /** Questions asked at the introspection endpoint. */
  readonly introspections: Question[]
  /** Times that the key set was fetched. */
  keyFetches(): number
  /** Signs a token as the real one would; `undefined` removes a claim. */
  mint(claims?: Record<string, unknown>, options?: MintOptions): Promise<string>
  /** What introspection says from now on about a token; an opaque one is known only after this. */
  answer(token: string, answer: Record<string, unknown>): void
  revoke(token: string): void
  /** Adds a key to the set and signs with it from now on. */
  rotate(): Promise<void>
  /** Introspection waits until the returned function is called. */
  holdIntrospection(): () => void
  /** Answers 500 to everything until `false`. */
  fail(failing: boolean): void
}

interface Question {
  readonly authorization: string | undefined
  readonly token: string
  /** What the resource server says that the token is refused for. */
  readonly challengedScope: string | undefined
}

interface MintOptions {
  readonly header?: Record<string, unknown>
  /** Signs with a key that nobody publishes. */
  readonly stranger?: boolean
}

const kidOf = (number: number) => `key-${number}`

export async function startTinyAuthorizationServer(): Promise<TinyAuthorizationServer> {
  const published: JWK[] = []
  let signingKey: CryptoKey
  let keyFetches = 0
  let failing = false
  let held: Promise<void> | undefined
  const answers = new Map<string, Record<string, unknown>>()
  const introspections: Question[] = []

  async function rotate() {
    const { publicKey, privateKey } = await generateKeyPair(accessTokenAlgorithm)
    const kid = kidOf(published.length + 1)
    published.push({ ...(await exportJWK(publicKey)), kid, alg: accessTokenAlgorithm, use: 'sig' })
    signingKey = privateKey
  }

  async function introspect(request: IncomingMessage) {
    const form = new URLSearchParams(await text(request))
    const token = form.get('token') ?? ''
    const challengedScope = form.get(challengedScopeParameter) ?? undefined
    introspections.push({ authorization: request.headers.authorization, token, challengedScope })
    await held
    const isJwt = token.split('.').length === 3
    return answers.get(token) ?? (isJwt ? { active: true, ...decodeJwt(token) } : { active: false })
  }

  async function reply(request: IncomingMessage): Promise<unknown> {
    if (request.url === '/oauth2/jwks') {
      keyFetches += 1
      return { keys: published }
    }
    if (request.url === '/oauth2/introspect') return introspect(request)
    return { issuer, token_endpoint: `${issuer}/oauth2/token`, path: request.url }
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    response.statusCode = failing ? 500 : 200
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(failing ? { error: 'server_error' } : await reply(request)))
  })
  await rotate()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`

  return {
    issuer,
    introspections,
    keyFetches: () => keyFetches,
    async mint(claims = {}, { header = {}, stranger = false } = {}) {
      const key = stranger ? (await generateKeyPair(accessTokenAlgorithm)).privateKey : signingKey
      const kid = kidOf(published.length)
      return new SignJWT({ ...usualClaims(issuer), ...claims })
        .setProtectedHeader({ alg: accessTokenAlgorithm, typ: accessTokenType, kid, ...header })
        .sign(key)
    },
    answer: (token, answer) => void answers.set(token, answer),
    revoke: (token) => void answers.set(token, { active: false }),
    rotate,
    holdIntrospection() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    fail(isFailing) {
      failing = isFailing
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Resource identifier of the servers in these tests: fixed, whatever port they get. */
export const testResource = 'http://localhost:4401/mcp'

function usualClaims(issuer: string): AccessTokenClaims {
  const iat = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    sub: 'person-owner',
    aud: testResource,
    client_id: 'client-a',
    scope: 'read:companies read:inventory',
    iat,
    exp: iat + 3600,
    jti: crypto.randomUUID(),
    grant_id: 'grant-1',
    companies: ['company-1', 'company-2'],
  }
}
