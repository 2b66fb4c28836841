import {
  type AccessTokenClaims,
  accessTokenClaims,
  accessTokenType,
} from '@neonpanel/contracts/access-token'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'

const saveRevoked = statement(
  'save_revoked_access_token',
  `INSERT INTO "RevokedAccessToken" ("jti", "expiresAt") VALUES ($1, $2) ON CONFLICT ("jti") DO NOTHING`,
)

const findRevoked = statement(
  'find_revoked_access_token',
  'SELECT "jti" FROM "RevokedAccessToken" WHERE "jti" = $1',
)

/** Access tokens that carry their own claims: signed by us, stored nowhere. */
export function jwtAccessTokens(database: Database, issuer: string, jwks: () => JSONWebKeySet) {
  let known: { jwks: JSONWebKeySet; keySet: ReturnType<typeof createLocalJWKSet> } | undefined
  const keySet = () => {
    if (known?.jwks !== jwks()) known = { jwks: jwks(), keySet: createLocalJWKSet(jwks()) }
    return known.keySet
  }
  return {
    /** The claims of a token that we signed and that has not expired; undefined for anything else. */
    async verify(token: string): Promise<AccessTokenClaims | undefined> {
      const verified = await jwtVerify(token, keySet(), {
        issuer,
        typ: accessTokenType,
        algorithms: ['ES256'],
        currentDate: new Date(Date.now()),
      }).catch(() => undefined)
      const claims = accessTokenClaims.safeParse(verified?.payload)
      return claims.success ? claims.data : undefined
    },
    async revoke({ jti, exp }: AccessTokenClaims): Promise<void> {
      await database.query(saveRevoked, [jti, new Date(exp * 1000)])
    },
    async isRevoked(jti: string): Promise<boolean> {
      return (await database.query(findRevoked, [jti])).length > 0
    },
  }
}

export type JwtAccessTokens = ReturnType<typeof jwtAccessTokens>
