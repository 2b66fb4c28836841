import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

/** A key of a client, and the proofs that it signs (RFC 9449). */
export interface ProofKey {
  /** What a bound token has as `cnf.jkt`. */
  readonly thumbprint: string
  /** The header of a POST to a URL, with a fresh proof; `undefined` takes a claim away. */
  proof(url: string, claims?: Record<string, unknown>): Promise<{ DPoP: string }>
}

export async function createProofKey(alg = 'ES256'): Promise<ProofKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    thumbprint: await calculateJwkThumbprint(jwk),
    async proof(url, claims = {}) {
      const iat = Math.floor(Date.now() / 1000)
      const usual = { htm: 'POST', htu: url, iat, jti: randomUUID() }
      const proof = await new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk })
        .sign(privateKey)
      return { DPoP: proof }
    },
  }
}

/** What the proof of a request with this token has as `ath`. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
