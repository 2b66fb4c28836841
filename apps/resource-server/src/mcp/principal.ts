import { createHash } from 'node:crypto'
import type { AccessToken } from '../access-token.ts'

/**
 * Whom a session belongs to: person and client, and not the token, which is refreshed while the session goes on.
 */
export function ownerOf({ personId, clientId }: AccessToken): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([personId, clientId]))
    .digest()
  return digest.subarray(0, 16).toString('base64url')
}
