import { argon2Sync, randomBytes } from 'node:crypto'

/**
 * Hashes a demo password or secret as the authorization server does: an argon2id PHC string. On the main thread, for 20 ms:
 * nothing is served yet, and every other thread that hashes keeps the memory for good.
 */
export function passwordHash(password: string): string {
  const salt = randomBytes(16)
  const cost = { memory: 7_168, passes: 5, parallelism: 1 }
  const hash = argon2Sync('argon2id', { message: password, nonce: salt, tagLength: 32, ...cost })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${phcBase64(salt)}$${phcBase64(hash)}`
}

/** PHC strings have no padding. */
function phcBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
