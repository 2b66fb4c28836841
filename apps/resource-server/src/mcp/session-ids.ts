import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Handshake } from './handshake.ts'

/** What a session id says to the servers, and to nobody else. */
export interface SessionClaims {
  readonly transport: 'streamable' | 'sse'
  /** Whose session it is; see `ownerOf`. */
  readonly owner: string
  /** What the client and the process that began the session told each other; empty for a 2024-11-05 stream. */
  readonly handshake: Handshake | undefined
  /** `host:port` at which the process that holds the session can be reached by its siblings. */
  readonly node: string
  /** Changes with every start of that process. */
  readonly boot: string
  /** Epoch milliseconds. */
  readonly issuedAtMs: number
}

export interface SessionIds {
  mint(claims: SessionClaims): string
  /** @returns undefined for an id that was not minted here, was altered, or is more than a day old */
  open(id: string): SessionClaims | undefined
}

const sealedClaims = z.object({
  transport: z.enum(['streamable', 'sse']),
  owner: z.string(),
  node: z.string(),
  boot: z.string(),
  issuedAtMs: z.int(),
  handshake: z
    .object({
      protocolVersion: z.string(),
      capabilities: z.record(z.string(), z.unknown()),
      clientInfo: z.object({ name: z.string(), version: z.string() }),
    })
    .optional(),
})

const nonceBytes = 12
const tagBytes = 16
export const sessionIdMaxAgeMs = 24 * 60 * 60_000

/**
 * Session ids that carry where their session lives, sealed with AES-256-GCM under a key that all processes derive from
 * APP_SECRET: a request may land on any process, and finds its way without a shared table. An id can be neither guessed
 * nor made up, and shows nothing of the inside. It is not authentication: the owner is compared on every use.
 *
 * @param appSecret base64url
 */
export function createSessionIds(appSecret: string): SessionIds {
  const key = createHmac('sha256', Buffer.from(appSecret, 'base64url'))
    .update('neonpanel mcp session')
    .digest()

  function unseal(id: string): unknown {
    const sealed = Buffer.from(id, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    })
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    const content = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
    return JSON.parse(Buffer.concat([content, decipher.final()]).toString())
  }

  return {
    mint(claims) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      const content = Buffer.concat([cipher.update(JSON.stringify(claims)), cipher.final()])
      return Buffer.concat([nonce, content, cipher.getAuthTag()]).toString('base64url')
    },
    open(id) {
      try {
        const claims = sealedClaims.parse(unseal(id))
        if (Date.now() - claims.issuedAtMs > sessionIdMaxAgeMs) return undefined
        return { ...claims, handshake: claims.handshake }
      } catch {
        return undefined
      }
    },
  }
}
