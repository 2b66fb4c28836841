import { hash } from 'node:crypto'
import type { AccessToken } from '../access-token.ts'

/** A token that is trusted for a while is the same object for every request. */
const known = new WeakMap<AccessToken, string>()

/**
 * Whom a session belongs to: person and client, and not the token, which is refreshed while the session goes on.
 */
export function ownerOf(accessToken: AccessToken): string {
  const owner = known.get(accessToken) ?? digest(accessToken)
  known.set(accessToken, owner)
  return owner
}

function digest({ personId, clientId }: AccessToken): string {
  const sha256 = hash('sha256', JSON.stringify([personId, clientId]), 'buffer')
  return sha256.subarray(0, 16).toString('base64url')
}
