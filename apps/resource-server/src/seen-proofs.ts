import { createHash } from 'node:crypto'

export interface SeenProofs {
  /**
   * Takes note of a proof.
   *
   * @returns false when it was there before
   */
  add(proof: { readonly thumbprint: string; readonly jti: string }): boolean
}

/**
 * The proofs that this process has accepted: a proof is good once (RFC 9449 section 11.1). It is known by its key and its
 * `jti`, since a signature can be written in more than one way.
 *
 * Each process remembers for itself. Who could repeat a request at another process has broken TLS, has minutes to do it, and
 * can do nothing else with the token; a write to a shared table for every honest call would be the higher price.
 *
 * @param keptSeconds for how long a proof is good at most
 * @param capacity proofs that are remembered at most; the oldest go first
 */
export function createSeenProofs({
  keptSeconds,
  capacity = 100_000,
}: {
  keptSeconds: number
  capacity?: number
}): SeenProofs {
  const forgetAtMs = new Map<string, number>()

  /** Everything is kept equally long, so that what came first goes first. */
  function forget() {
    for (const [id, atMs] of forgetAtMs) {
      if (atMs > Date.now() && forgetAtMs.size < capacity) return
      forgetAtMs.delete(id)
    }
  }

  return {
    add({ thumbprint, jti }) {
      const id = createHash('sha256').update(`${thumbprint} ${jti}`).digest('base64url')
      forget()
      if (forgetAtMs.has(id)) return false
      forgetAtMs.set(id, Date.now() + keptSeconds * 1000)
      return true
    },
  }
}
