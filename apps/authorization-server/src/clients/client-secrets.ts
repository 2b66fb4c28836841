import { createHash, createHmac, randomBytes } from 'node:crypto'
import { hashPassword, verifyPassword } from '../people/passwords.ts'

const processKey = randomBytes(32)
const verified = new Set<string>()
const verifiedLimit = 1_000

/** Hashes a client secret for storage: argon2id, PHC string. */
export const hashClientSecret = hashPassword

/**
 * What stands for a client secret inside this process once it was verified. The provider compares secrets as they are;
 * the stored argon2id hash is no secret to compare with, so both sides are given this value instead. It can neither be
 * stored nor be guessed by who knows the hash.
 */
export function standInSecret(clientId: string, secretHash: string): string {
  return createHmac('sha256', processKey).update(`${clientId}\0${secretHash}`).digest('base64url')
}

/**
 * Whether a presented secret is the one that was hashed. A right answer is remembered (as a digest): argon2id takes
 * 20 ms, and a client authenticates with every request.
 */
export async function verifyClientSecret(presented: string, secretHash: string): Promise<boolean> {
  if (wasVerified(presented, secretHash)) return true
  if (!(await verifyPassword(presented, secretHash))) return false
  if (verified.size >= verifiedLimit) verified.clear()
  verified.add(digestOf(presented, secretHash))
  return true
}

/** Whether this process has found the secret right before. */
export function wasVerified(presented: string, secretHash: string): boolean {
  return verified.has(digestOf(presented, secretHash))
}

function digestOf(presented: string, secretHash: string): string {
  return createHash('sha256').update(`${secretHash}\0${presented}`).digest('base64url')
}

/** A client secret nobody can guess: 256 bits. */
export function createClientSecret(): string {
  return randomBytes(32).toString('base64url')
}
