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
  /** Ends the grant of an access or refresh token (RFC 7009 section 2.1). */
  revoke(token: string): void
  /** The scopes of a token that is good for the resource; undefined when it is not. */
  verify(token: string): Promise<readonly string[] | undefined>
  session(scope?: string): Promise<Session>
}

/** What a person allowed. */
interface PersonsGrant {
  readonly scope: string
  ended: boolean
}

export async function createTokens(at: Addresses, changes: Changes): Promise<Tokens> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const key: JWK = { ...(await exportJWK(publicKey)), kid: 'the-key', alg: 'ES256', use: 'sig' }
  const live = new Map<string, PersonsGrant>()
  const grants = new Map<string, PersonsGrant>()
  const issue = (scope = scopes.join(' ')) => issueFor({ scope, ended: false })
  const issueFor = async (grant: PersonsGrant): Promise<TokenResponse> => {
    const { scope } = grant
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
    const accessToken = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
    live.set(refreshToken, grant)
    grants.set(refreshToken, grant).set(accessToken, grant)
    return {
      access_token: accessToken,
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
      const grant = live.get(refreshToken)
      return grant && live.delete(refreshToken) && !grant.ended ? issueFor(grant) : undefined
    },
    revoke(token) {
      const grant = grants.get(token)
      if (grant) grant.ended = true
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey)
        if (grants.get(token)?.ended) return undefined
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
          tokenType: response.token_type,
          expiresIn: response.expires_in,
          scope: response.scope,
          requestedScope: scope ?? scopes.join(' '),
        },
      }
    },
  }
}
