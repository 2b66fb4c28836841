import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'

export type WrongKeys = 'stale' | 'foreign' | 'empty'

/** Keys that verify nothing of what the server signs, looking like its own. */
export function wrongKeys(keys: readonly JWK[], kind: WrongKeys): JWK[] {
  if (kind === 'empty') return []
  return keys.map((key) => ({
    ...nobodysKey(key.kty ?? 'EC'),
    ...(key.use && { use: key.use }),
    ...(key.alg && { alg: key.alg }),
    kid: kind === 'stale' ? `stale-${key.kid}` : (key.kid ?? ''),
  }))
}

const made = new Map<string, JWK>()

/** Made once per process: an RSA key takes a while. */
function nobodysKey(kty: string): JWK {
  const known = made.get(kty)
  if (known) return known
  const { publicKey } =
    kty === 'RSA'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : kty === 'OKP'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = publicKey.export({ format: 'jwk' }) as JWK
  made.set(kty, key)
  return key
}
