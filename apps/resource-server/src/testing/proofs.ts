import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** A key of a client, and the proofs that it signs (RFC 9449). */
export interface ProofKey {
  /** What a bound token has as `cnf.jkt`. */
  readonly thumbprint: string
  readonly publicJwk: JWK
  readonly privateJwk: JWK
  /** A proof for a request with a token; `undefined` takes a claim away. */
  prove(request: ProvenRequest, changes?: ProofChanges): Promise<string>
}

interface ProvenRequest {
  readonly method: string
  readonly url: string
  readonly token: string
}

export interface ProofChanges {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
}

export async function createProofKey(alg = 'ES256'): Promise<ProofKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return {
    thumbprint: await calculateJwkThumbprint(publicJwk),
    publicJwk,
    privateJwk: await exportJWK(privateKey),
    prove: ({ method, url, token }, { claims = {}, header = {} } = {}) =>
      new SignJWT({
        htm: method,
        htu: url,
        ath: createHash('sha256').update(token).digest('base64url'),
        iat: Math.floor(Date.now() / 1000),
        jti: crypto.randomUUID(),
        ...claims,
      })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: publicJwk, ...header })
        .sign(privateKey),
  }
}
