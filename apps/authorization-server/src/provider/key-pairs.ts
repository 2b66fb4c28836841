import {
  generateKeyPair as generateKeyPairCallback,
  type KeyPairKeyObjectResult,
} from 'node:crypto'
import { promisify } from 'node:util'

const generateKeyPair = promisify(generateKeyPairCallback)

/** A new key pair for each algorithm that the server signs with. */
export interface KeyPairs {
  readonly ES256: KeyPairKeyObjectResult
  readonly RS256: KeyPairKeyObjectResult
}

let ahead: Promise<KeyPairs> | undefined
let staysAhead = false

/**
 * Has the next key pairs made on another thread before anybody asks for them, and from then on the next ones whenever
 * they were taken: for a process whose database is empty at every start, where making an RSA key would take longer than
 * everything else.
 */
export function makeKeyPairsAhead(): void {
  staysAhead = true
  ahead ??= makeKeyPairs()
}

/** Key pairs that nobody else has. */
export function newKeyPairs(): Promise<KeyPairs> {
  const pairs = ahead ?? makeKeyPairs()
  ahead = staysAhead ? makeKeyPairs() : undefined
  return pairs
}

function makeKeyPairs(): Promise<KeyPairs> {
  const pairs = Promise.all([
    generateKeyPair('ec', { namedCurve: 'P-256' }),
    generateKeyPair('rsa', { modulusLength: 2048 }),
  ]).then(([ES256, RS256]) => ({ ES256, RS256 }))
  // Whoever takes them learns of a failure.
  pairs.catch(() => {})
  return pairs
}
