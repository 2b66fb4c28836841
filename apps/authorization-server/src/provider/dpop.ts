import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader } from 'jose'
import Provider, { type AdapterPayload, type Configuration, errors } from 'oidc-provider'
import { explainRefusal } from './refusal-reason.ts'
import { type AppSecrets, deriveKey, hashOf } from './secrets.ts'

/**
 * Tokens bound to a key (RFC 9449): offered to every client, required of those that registered
 * `dpop_bound_access_tokens`. A client whose clock is wrong is given a nonce, the same by every process.
 */
export function senderConstraint([appSecret]: AppSecrets) {
  return {
    enabled: true,
    nonceSecret: deriveKey(appSecret, 'DPoP nonces'),
  } satisfies NonNullable<Configuration['features']>['dPoP']
}

/**
 * The key to which a public client's new refresh token is bound: the one that this request has proven (RFC 9449 section
 * 5). The provider binds the first refresh token; a client that proves a key only later gets its successor bound here.
 *
 * @returns the thumbprint; undefined when no key was proven, or the client has other credentials
 */
export async function keyOfPublicClient(): Promise<string | undefined> {
  const ctx = Provider.ctx
  const proof = ctx?.get('DPoP')
  if (!proof || ctx?.oidc.client?.clientAuthMethod !== 'none') return undefined
  const { jwk } = decodeProtectedHeader(proof)
  return jwk && calculateJwkThumbprint(jwk)
}

/**
 * What is wrong with a JWT that was presented before: a proof of possession, which the client signs anew, or an assertion by
 * which it authenticates.
 *
 * @param record as the provider keeps it: its id is a hash over client and `jti`
 */
export function replayError(id: string, { iss }: AdapterPayload): errors.OIDCProviderError {
  const proof = Provider.ctx?.get('DPoP')
  if (proof && id === hashOf(`${iss}${decodeJwt(proof).jti}`)) {
    return new errors.InvalidDpopProof('the proof was used before')
  }
  explainRefusal(Provider.ctx, { reason: 'client_assertion_reused' })
  return new errors.InvalidClientAuth('the assertion was used before')
}
