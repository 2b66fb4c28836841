import { createHmac, createSecretKey } from 'node:crypto'
import type { RefreshToken, TTLFunction } from 'oidc-provider'
import Provider from 'oidc-provider'
import type { Config } from '../config.ts'
import { type AppSecrets, deriveKey } from './secrets.ts'

/** What becomes of refresh tokens that are used, and used again. */
export interface RotationPolicy {
  /** Whether a refresh gives another refresh token; else the presented one stays good. */
  readonly rotates: boolean
  /** For how long a used one gets another good answer: the client may not have got the first. */
  readonly leewaySeconds: number
  /** What a repeated refresh gets: the token that the first one got, or one of its own. */
  readonly successor: 'same' | 'own'
  /** What a used one does that comes too late: it is refused, or ends its whole family as well. */
  readonly onReuse: 'refuse' | 'revoke'
}

/** Finds the policy of a client. */
export type FindPolicy = (clientId: string | undefined) => Promise<RotationPolicy | undefined>

/** What this server does by itself: an idempotent replay within the leeway, then the end of the family. */
export function usualPolicy({
  refreshLeewaySeconds,
}: Pick<Config, 'refreshLeewaySeconds'>): RotationPolicy {
  return {
    rotates: true,
    leewaySeconds: refreshLeewaySeconds,
    successor: 'same',
    onReuse: 'revoke',
  }
}

/**
 * Rotation with a successor that is known beforehand: the next refresh token is an HMAC of the one presented. A client
 * that lost the answer, or refreshes twice at once, gets the same successor again, so that a family never has two live
 * tokens, and no row needs to hold a token that could be replayed.
 *
 * @param findPolicy another policy, under test controls; without it nothing is asked
 */
export function refreshRotation(
  config: Config,
  [appSecret]: AppSecrets,
  findPolicy: FindPolicy | undefined,
) {
  // As an object: Node makes one of bytes with every use, for more than the HMAC costs.
  const key = createSecretKey(deriveKey(appSecret, 'refresh rotation'))
  const usual = usualPolicy(config)
  const found = new WeakMap<object, RotationPolicy>()

  const successorOf = (presented: string) =>
    createHmac('sha256', key).update(presented).digest('base64url')

  /** The same for the whole of a request, whenever a test changes it. */
  const policyFor = async (clientId: string | undefined): Promise<RotationPolicy> => {
    if (!findPolicy) return usual
    const request = Provider.ctx
    const known = request && found.get(request)
    if (known) return known
    const policy = (await findPolicy(clientId)) ?? usual
    if (request) found.set(request, policy)
    return policy
  }

  /** Sliding, and never beyond the grant. */
  const ttlSeconds: TTLFunction<RefreshToken> = (ctx, token) => {
    const { Grant, RotatedRefreshToken } = ctx.oidc.entities
    const { successor } = found.get(ctx) ?? usual
    // The provider asks for the lifetime right before it makes up a value: the one moment to set the successor's.
    if (RotatedRefreshToken && successor === 'same')
      token.jti ??= successorOf(RotatedRefreshToken.jti)
    const grantTtlSeconds = (Grant?.exp ?? Number.POSITIVE_INFINITY) - Math.floor(Date.now() / 1000)
    return Math.max(1, Math.min(config.refreshTokenTtlSeconds, grantTtlSeconds))
  }

  /** Whether a token that was used at this time may be used again. */
  const isWithinLeeway = (consumedAt: Date, { leewaySeconds }: RotationPolicy) =>
    Date.now() - consumedAt.getTime() < leewaySeconds * 1000

  return { successorOf, policyFor, ttlSeconds, isWithinLeeway }
}

export type RefreshRotation = ReturnType<typeof refreshRotation>
