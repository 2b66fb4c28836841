import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose'
import type { Session } from '../servers.ts'
import type { Addresses, Changes } from './changes.ts'
import { scopes } from './documents.ts'

export const tokenLifetimeSeconds = 3600

const clientId = 'a-client'

interface TokenResponse {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly refresh_token: string
  readonly scope: string
}

/** What the authorization server issues and the resource server accepts. */
export interface Tokens {
  readonly jwks: { readonly keys: readonly JWK[] }
  issue(scope?: string): Promise<TokenResponse>
  /** Takes a refresh token once; undefined when it is not good (any more). */
  renew(refreshToken: string): Promise<TokenResponse | undefined>
  /** The scopes of a token that is good for the resource; undefined when it is not. */
  verify(token: string): Promise<readonly string[] | undefined>
  session(scope?: string): Promise<Session>
}

export async function createTokens(at: Addresses, changes: Changes): Promise<Tokens> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const key: JWK = { ...(await exportJWK(publicKey)), kid: 'the-key', alg: 'ES256', use: 'sig' }
  const live = new Map<string, string>()
  const issue = async (scope = scopes.join(' ')): Promise<TokenResponse> => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: at.issuer,
      aud: at.mcpUrl,
      sub: 'a-person',
      client_id: clientId,
      jti: randomUUID(),
      iat: now,
      exp: now + tokenLifetimeSeconds,
      scope,
      ...changes.claims,
    }
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'the-key', ...changes.tokenHeader }
    const refreshToken = randomUUID()
    live.set(refreshToken, scope)
    return {
      access_token: await new SignJWT(claims).setProtectedHeader(header).sign(privateKey),
      token_type: 'Bearer',
      expires_in: tokenLifetimeSeconds,
      refresh_token: refreshToken,
      scope,
      ...changes.tokenResponse,
    }
  }
  return {
    jwks: { keys: [key] },
    issue,
    async renew(refreshToken) {
      const scope = live.get(refreshToken)
      return scope !== undefined && live.delete(refreshToken) ? issue(scope) : undefined
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey)
        return String(payload.scope ?? '').split(' ')
      } catch {
        return undefined
      }
    },
    async session(scope) {
      const response = await issue(scope)
      return {
        accessToken: response.access_token,
        grant: {
          clientId,
          refreshToken: response.refresh_token,
          expiresIn: response.expires_in,
          scope: response.scope,
          requestedScope: scope ?? scopes.join(' '),
        },
      }
    },
  }
}
