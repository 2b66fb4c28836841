import { createHmac } from 'node:crypto'
import type { RefreshToken, TTLFunction } from 'oidc-provider'
import type { Config } from '../config.ts'
import { type AppSecrets, deriveKey } from './secrets.ts'

/**
 * Rotation with a successor that is known beforehand: the next refresh token is an HMAC of the one presented. A client
 * that lost the answer, or refreshes twice at once, gets the same successor again, so that a family never has two live
 * tokens, and no row needs to hold a token that could be replayed.
 */
export function refreshRotation(config: Config, [appSecret]: AppSecrets) {
  const key = deriveKey(appSecret, 'refresh rotation')

  const successorOf = (presented: string) =>
    createHmac('sha256', key).update(presented).digest('base64url')

  /** Sliding, and never beyond the grant. */
  const ttlSeconds: TTLFunction<RefreshToken> = (ctx, token) => {
    const { Grant, RotatedRefreshToken } = ctx.oidc.entities
    // The provider asks for the lifetime right before it makes up a value: the one moment to set the successor's.
    if (RotatedRefreshToken) token.jti ??= successorOf(RotatedRefreshToken.jti)
    const grantTtlSeconds = (Grant?.exp ?? Number.POSITIVE_INFINITY) - Math.floor(Date.now() / 1000)
    return Math.max(1, Math.min(config.refreshTokenTtlSeconds, grantTtlSeconds))
  }

  /** Whether a token that was used at this time may be used again: the client may not have got the answer. */
  const isWithinLeeway = (consumedAt: Date) =>
    Date.now() - consumedAt.getTime() < config.refreshLeewaySeconds * 1000

  return { successorOf, ttlSeconds, isWithinLeeway }
}

export type RefreshRotation = ReturnType<typeof refreshRotation>
