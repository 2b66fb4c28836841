import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

interface Parameters {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/**
 * Of OWASP's equally strong choices for argon2id the one of least memory, about 20 ms: every thread that has hashed keeps
 * twice this memory for good, which at 19 MiB and two passes adds up to 140 MiB of a process.
 */
const parameters: Parameters = { memory: 7_168, passes: 5, parallelism: 1 }

const phcString =
  /^\$argon2id\$v=19\$m=(?<memory>\d+),t=(?<passes>\d+),p=(?<parallelism>\d+)\$(?<salt>[\w+/]+)\$(?<hash>[\w+/]+)$/

/** Hashes a password or a client secret to a PHC string, `$argon2id$v=19$m=7168,t=5,p=1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await argon2id(password, salt, 32, parameters)
  const { memory, passes, parallelism } = parameters
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`
}

/**
 * Whether a password is the one that was hashed, whatever the parameters then were.
 *
 * @param stored PHC string; anything else is a fault of ours and throws
 */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const found = phcString.exec(stored)?.groups
  if (!found) throw new Error('the stored password hash is not an argon2id PHC string')
  const expected = Buffer.from(found.hash!, 'base64')
  const actual = await argon2id(password, Buffer.from(found.salt!, 'base64'), expected.length, {
    memory: Number(found.memory),
    passes: Number(found.passes),
    parallelism: Number(found.parallelism),
  })
  return timingSafeEqual(actual, expected)
}

let nobodysHash: Promise<string> | undefined

/** Takes as long as `verifyPassword` and is never true: an unknown person is refused no faster than a known one. */
export async function verifyNobodysPassword(password: string): Promise<false> {
  nobodysHash ??= hashPassword(randomBytes(32).toString('base64'))
  await verifyPassword(password, await nobodysHash)
  return false
}

/** The same password may be typed in different Unicode forms on different keyboards. */
function argon2id(password: string, nonce: Buffer, tagLength: number, cost: Parameters) {
  return derive('argon2id', { message: password.normalize('NFKC'), nonce, tagLength, ...cost })
}

/** PHC strings have no padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
