import {
  accessTokenAlgorithm,
  accessTokenClaims,
  accessTokenType,
} from '@neonpanel/contracts/access-token'
import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose'
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
      return refuse(error, token, { issuer, resource })
    }
  }
}

function judgeClaims(payload: JWTPayload): Judgement {
  const claims = accessTokenClaims.safeParse(payload)
  if (!claims.success) {
    const got = claims.error.issues.map(({ path }) => path.join('.')).join(' ')
    const text = 'A claim of the access token is missing or not understood.'
    return invalidToken(text, { reason: 'token_claims', got })
  }
  if (claims.data.iat > Date.now() / 1000 + clockToleranceSeconds) {
    const text = 'The access token was issued in the future.'
    return invalidToken(text, { reason: 'token_claims', got: text })
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

/** What a token should have said. */
interface Expected {
  readonly issuer: string
  readonly resource: string
}

function refuse(error: errors.JOSEError, token: string, expected: Expected): Judgement {
  if (error instanceof errors.JWTExpired) {
    return invalidToken('The access token has expired.', {
      reason: 'token_expired',
      got: new Date(Date.now()).toISOString(),
      expected: new Date((error.payload.exp ?? 0) * 1000).toISOString(),
    })
  }
  if (error instanceof errors.JWTClaimValidationFailed) return refuseClaim(error, token, expected)
  return invalidToken(
    'The access token is malformed or its signature does not verify.',
    signatureNote(error, token),
  )
}

function refuseClaim(
  { claim, payload }: errors.JWTClaimValidationFailed,
  token: string,
  { issuer, resource }: Expected,
): Judgement {
  switch (claim) {
    case 'aud': {
      const got = [payload.aud ?? 'none'].flat().join(' ')
      const text = 'The access token is not meant for this resource.'
      return invalidToken(text, { reason: 'token_audience', got, expected: resource })
    }
    case 'iss': {
      const text = 'The access token is from another issuer.'
      return invalidToken(text, { reason: 'token_issuer', got: `${payload.iss}`, expected: issuer })
    }
    case 'typ': {
      const got = `${headerOf(token).typ ?? 'none'}`
      const text = 'The token is not an access token.'
      return invalidToken(text, { reason: 'token_type', got, expected: accessTokenType })
    }
    default: {
      const text = `The access token's claim ${claim} is not acceptable.`
      return invalidToken(text, { reason: 'token_claims', got: claim })
    }
  }
}

function signatureNote(error: errors.JOSEError, token: string) {
  const { typ } = headerOf(token)
  if (looksLikeJwt(token) && typ !== undefined && typ !== accessTokenType) {
    return { reason: 'token_type', got: typ, expected: accessTokenType }
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return { reason: 'token_key_unknown', got: `${headerOf(token).kid ?? 'without a name'}` }
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return { reason: 'token_signature' }
  return { reason: 'token_malformed', got: error.message }
}

function headerOf(token: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return {}
  }
}
