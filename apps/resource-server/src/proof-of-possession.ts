import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { proofAlgorithms } from '@neonpanel/contracts/dpop'
import type { ServerNote } from '@neonpanel/flows/recording/recorded-exchange'
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose'
import { createSeenProofs } from './seen-proofs.ts'

/** A request with an access token that is bound to a key. */
export interface BoundRequest {
  readonly request: IncomingMessage
  /** As it was asked for, without a query. */
  readonly path: string
  readonly token: string
  /** Of the key that the token is bound to. */
  readonly thumbprint: string
}

export type Possession =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly code: 'invalid_dpop_proof' | 'invalid_token'
      readonly description: string
      readonly note: ServerNote
    }

export type JudgePossession = (request: BoundRequest) => Promise<Possession>

/** How far the clock of a client may be off, either way (SEP-1932, the DPoP profile of MCP). */
const toleranceSeconds = 300

/**
 * Judges the proof in the `DPoP` header of a request (RFC 9449 section 4.3): one JWT, signed with the key that the token is
 * bound to, for this method, this URL, this token and this moment, and never presented before.
 *
 * The creation time is always looked at, so that no nonce is asked for; a client that has one from another server may send it.
 *
 * @param protocol of the public URL, as in `https:`
 * @param hosts the names under which clients reach this server, with the port where it is not the usual one
 */
export function createProofJudge({
  protocol,
  hosts,
}: {
  protocol: string
  hosts: ReadonlySet<string>
}): JudgePossession {
  const seen = createSeenProofs({ keptSeconds: 2 * toleranceSeconds })

  /** The query does not count. */
  function isUrlOf(path: string, htu: unknown): boolean {
    const url = typeof htu === 'string' ? URL.parse(htu) : null
    if (url === null || url.username || url.password) return false
    return url.protocol === protocol && hosts.has(url.host) && url.pathname === path
  }

  return async function judgePossession({ request, path, token, thumbprint }) {
    const proofs = request.headersDistinct.dpop ?? []
    if (proofs.length === 0) return missing
    if (proofs.length > 1) return invalid('There is more than one DPoP header.')
    const proof = await verify(proofs[0] ?? '')
    if (!proof) return invalid('The proof is malformed or its signature does not verify.')
    const { htm, htu, ath, iat, jti } = proof.claims
    if (typeof jti !== 'string' || jti === '') return invalid('The proof has no jti.')
    if (htm !== request.method) return invalid('The proof is for another method.')
    if (!isUrlOf(path, htu)) return invalid('The proof is for another URL.')
    if (ath !== hashOf(token)) return invalid('The proof is for another access token.')
    if (!isRecent(iat)) return invalid('The proof and the clock of this server are too far apart.')
    if (proof.thumbprint !== thumbprint) return wrongKey
    return seen.add({ thumbprint, jti }) ? { ok: true } : invalid('The proof was used before.')
  }
}

function invalid(description: string): Possession {
  const note = { reason: 'dpop_proof_invalid', got: description }
  return { ok: false, code: 'invalid_dpop_proof', description, note }
}

const missing: Possession = {
  ok: false,
  code: 'invalid_dpop_proof',
  description: 'The DPoP header is missing.',
  note: { reason: 'dpop_proof_missing' },
}

const wrongKey: Possession = {
  ok: false,
  code: 'invalid_token',
  description: 'The access token is bound to another key.',
  note: { reason: 'dpop_proof_invalid', got: 'it is signed with another key' },
}

/**
 * Verifies the signature with the public key that the proof carries. A sender chooses that key, and libraries fail in many ways
 * on odd ones: every failure is the proof's.
 */
async function verify(
  proof: string,
): Promise<{ claims: JWTPayload; thumbprint: string } | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...proofAlgorithms],
      typ: 'dpop+jwt',
    })
    const { jwk } = protectedHeader
    return jwk && { claims: payload, thumbprint: await calculateJwkThumbprint(jwk) }
  } catch {
    return undefined
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function isRecent(iat: unknown): boolean {
  return typeof iat === 'number' && Math.abs(Date.now() / 1000 - iat) <= toleranceSeconds
}
