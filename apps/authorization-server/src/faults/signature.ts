import type { WantedSignature } from '@neonpanel/faults/edge'
import { CompactSign, type CryptoKey, generateKeyPair, importJWK } from 'jose'
import type { ServerContext } from '../context.ts'
import { inOrderOfUse, loadSigningKeys } from '../provider/signing-keys.ts'

const rogueKeys = new Map<string, Promise<CryptoKey>>()

type KeyContext = Pick<ServerContext, 'database' | 'appSecrets'>

/**
 * Signs a token for tests, as wrong as it is wanted. A header with another `alg` is written over the one that was signed.
 */
export async function signAsWanted(
  context: KeyContext,
  { key, algorithm, header, claims }: WantedSignature,
): Promise<string> {
  const payload = Buffer.from(JSON.stringify(claims))
  const wantedHeader = Buffer.from(JSON.stringify(header)).toString('base64url')
  if (key === 'none') return `${wantedHeader}.${payload.toString('base64url')}.`
  const signer = key === 'rogue' ? await rogue(algorithm) : await serverKey(context, algorithm)
  const signed = await new CompactSign(payload)
    .setProtectedHeader({ ...header, alg: algorithm })
    .sign(signer)
  // The library signs only what is right; another `alg` is written over it.
  if (header.alg === algorithm) return signed
  const [, body, signature] = signed.split('.')
  return `${wantedHeader}.${body}.${signature}`
}

async function serverKey(context: KeyContext, algorithm: string) {
  const keys = inOrderOfUse(await loadSigningKeys(context))
  const key = keys.find((candidate) => candidate.algorithm === algorithm)
  if (!key) throw new Error(`There is no ${algorithm} key.`)
  return importJWK(key.privateJwk, algorithm)
}

function rogue(algorithm: string): Promise<CryptoKey> {
  const known = rogueKeys.get(algorithm)
  if (known) return known
  const made = generateKeyPair(algorithm).then(({ privateKey }) => privateKey)
  rogueKeys.set(algorithm, made)
  return made
}
