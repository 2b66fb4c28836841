import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto'

/**
 * `APP_SECRET`: base64url, 32 bytes or more. The first one is in use; what it replaced opens what it had sealed, and seals
 * nothing any more.
 */
export type AppSecrets = readonly [current: string, ...former: string[]]

/**
 * What is derived from `APP_SECRET`, one key for each purpose (HKDF, RFC 5869): none of them tells anything about another.
 */
export type Purpose =
  | 'cookies'
  | 'signing keys'
  | 'refresh rotation'
  | 'stored values'
  | 'DPoP nonces'

/** 32 bytes. */
export function deriveKey(appSecret: string, purpose: Purpose): Buffer {
  const secret = Buffer.from(appSecret, 'base64url')
  return Buffer.from(hkdfSync('sha256', secret, '', `neonpanel ${purpose}`, 32))
}

/** One key per secret, in the same order. */
export type Keys = readonly [current: Buffer, ...former: Buffer[]]

export function deriveKeys([current, ...former]: AppSecrets, purpose: Purpose): Keys {
  return [deriveKey(current, purpose), ...former.map((secret) => deriveKey(secret, purpose))]
}

const version = 'v1'
const tagBytes = 16

/**
 * Encrypts a text for storage with AES-256-GCM under the current key: `v1.<nonce>.<ciphertext and tag>`, base64url.
 *
 * @param boundTo where it is stored; it opens nowhere else
 */
export function seal([key]: Keys, boundTo: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return [version, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
}

/** Opens what `seal` made under any of the keys. Throws when it was made under another, or was changed or moved. */
export function unseal(keys: Keys, boundTo: string, sealed: string): string {
  const [prefix, nonce, body] = sealed.split('.')
  if (prefix !== version || !nonce || !body) throw new Error('not a sealed value')
  const box = {
    nonce: Buffer.from(nonce, 'base64url'),
    bytes: Buffer.from(body, 'base64url'),
    boundTo: Buffer.from(boundTo),
  }
  for (const key of keys) {
    const text = open(key, box)
    if (text !== undefined) return text
  }
  throw new Error('sealed under another key, changed or moved')
}

function open(
  key: Buffer,
  { nonce, bytes, boundTo }: Record<'nonce' | 'bytes' | 'boundTo', Buffer>,
): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  try {
    decipher.setAAD(boundTo).setAuthTag(bytes.subarray(-tagBytes))
    return decipher.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined
  }
}

/** Under what a value that its holder presents is stored. */
export function hashOf(value: string): string {
  return hash('sha256', value, 'base64url')
}
