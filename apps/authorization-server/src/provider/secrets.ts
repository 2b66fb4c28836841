import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/**
 * What is derived from `APP_SECRET`, one key for each purpose (HKDF, RFC 5869): none of them tells anything about another.
 */
export type Purpose = 'cookies' | 'signing keys' | 'refresh rotation' | 'stored values'

/** 32 bytes. */
export function deriveKey(appSecret: string, purpose: Purpose): Buffer {
  const secret = Buffer.from(appSecret, 'base64url')
  return Buffer.from(hkdfSync('sha256', secret, '', `neonpanel ${purpose}`, 32))
}

const version = 'v1'
const tagBytes = 16

/**
 * Encrypts a text for storage with AES-256-GCM: `v1.<nonce>.<ciphertext and tag>`, base64url.
 *
 * @param boundTo where it is stored; it opens nowhere else
 */
export function seal(key: Buffer, boundTo: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return [version, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
}

/** Opens what `seal` made. Throws when the key is another one, or the text was changed or moved. */
export function unseal(key: Buffer, boundTo: string, sealed: string): string {
  const [prefix, nonce, body] = sealed.split('.')
  if (prefix !== version || !nonce || !body) throw new Error('not a sealed value')
  const bytes = Buffer.from(body, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(bytes.subarray(-tagBytes))
  return decipher.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
}

/** Under what a value that its holder presents is stored. */
export function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}
