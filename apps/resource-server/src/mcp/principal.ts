import { hash } from 'node:crypto'
import type { AccessToken } from '../access-token.ts'

/**
 * Whom a session belongs to: person and client, and not the token, which is refreshed while the session goes on.
 */
export function ownerOf({ personId, clientId }: AccessToken): string {
  return hash('sha256', JSON.stringify([personId, clientId]), 'base64url').slice(0, 22)
}
