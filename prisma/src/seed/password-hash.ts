import { argon2Sync, randomBytes } from 'node:crypto'

/** What a start prints for everybody to read, hashed once and for all: a salt of its own would hide nothing. */
const hashed: Readonly<Record<string, string>> = {
  'neonpanel-demo':
    '$argon2id$v=19$m=7168,t=5,p=1$utKPmi0bhbyDxQubZ5KDTQ$Fj05XdmJFil30uLsr4A12+jyGFNp9pWqUZHUH1CeuDA',
  'neonpanel-demo-secret':
    '$argon2id$v=19$m=7168,t=5,p=1$vRqHc4W43gXBQ0A79ybEGg$pdqDtHyMEDRfdY68KPoKgGR2kpBWCON4eEuY9/cKLVU',
}

/**
 * Hashes a demo password or secret as the authorization server does: an argon2id PHC string. On the main thread, for 20 ms:
 * nothing is served yet, and every other thread that hashes keeps the memory for good. The demo's own two are known.
 */
export function passwordHash(password: string): string {
  const known = Object.hasOwn(hashed, password) ? hashed[password] : undefined
  if (known !== undefined) return known
  const salt = randomBytes(16)
  const cost = { memory: 7_168, passes: 5, parallelism: 1 }
  const hash = argon2Sync('argon2id', { message: password, nonce: salt, tagLength: 32, ...cost })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${phcBase64(salt)}$${phcBase64(hash)}`
}

/** PHC strings have no padding. */
function phcBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
