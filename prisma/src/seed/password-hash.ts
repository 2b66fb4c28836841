import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** Hashes a demo password or secret as the authorization server does: an argon2id PHC string. Runs off the main thread. */
export async function passwordHash(password: string): Promise<string> {
  const salt = randomBytes(16)
  const cost = { memory: 19_456, passes: 2, parallelism: 1 }
  const hash = await derive('argon2id', { message: password, nonce: salt, tagLength: 32, ...cost })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${phcBase64(salt)}$${phcBase64(hash)}`
}

/** PHC strings have no padding. */
function phcBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
