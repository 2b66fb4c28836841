import {
  accessTokenAlgorithm,
  accessTokenClaims,
  accessTokenType,
} from '@neonpanel/contracts/access-token'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import { invalidToken, type Judgement, resourceScopesOf } from './access-token.ts'
import { AuthorizationServerUnavailable } from './authorization-server.ts'
import type { SigningKeys } from './signing-keys.ts'

/** @throws AuthorizationServerUnavailable when the keys can't be fetched */
export type VerifyJwt = (token: string) => Promise<Judgement>

/** A clock that runs ahead of ours by less than this is no reason to refuse a token. */
const clockToleranceSeconds = 60

/** Whether a bearer token is a JWS in compact form; every other one is opaque. */
export function looksLikeJwt(token: string): boolean {
  return token.split('.').length === 3
}

/**
 * Verifies a JWT access token (RFC 9068 section 4): `typ`, the one algorithm, a key of the issuer, `iss`, `aud`, `exp`,
 * `nbf`, and every claim that the contract promises. Key hints in its header (`jku`, `x5u`, `jwk`) are ignored.
 */
export function createJwtVerifier({
  keys,
  issuer,
  resource,
}: {
  keys: SigningKeys
  issuer: string
  resource: string
}): VerifyJwt {
  return async function verifyJwt(token) {
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        algorithms: [accessTokenAlgorithm],
        typ: accessTokenType,
        issuer,
        audience: resource,
        requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
      })
      return judgeClaims(payload)
    } catch (error) {
      if (error instanceof AuthorizationServerUnavailable) throw error
      if (!(error instanceof errors.JOSEError)) throw error
      return invalidToken(describe(error))
    }
  }
}

function judgeClaims(payload: JWTPayload): Judgement {
  const claims = accessTokenClaims.safeParse(payload)
  if (!claims.success)
    return invalidToken('A claim of the access token is missing or not understood.')
  if (claims.data.iat > Date.now() / 1000 + clockToleranceSeconds) {
    return invalidToken('The access token was issued in the future.')
  }
  const { sub, client_id, grant_id, scope, companies, exp, cnf } = claims.data
  return {
    ok: true,
    accessToken: {
      personId: sub,
      clientId: client_id,
      grantId: grant_id,
      scopes: resourceScopesOf(scope),
      companies,
      expiresAt: new Date(exp * 1000),
      boundTo: cnf?.jkt,
    },
  }
}

function describe(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The access token has expired.'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'The access token is not meant for this resource.'
    if (error.claim === 'iss') return 'The access token is from another issuer.'
    if (error.claim === 'typ') return 'The token is not an access token.'
    return `The access token's claim ${error.claim} is not acceptable.`
  }
  return 'The access token is malformed or its signature does not verify.'
}
