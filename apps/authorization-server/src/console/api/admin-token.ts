import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { ApiRefusal } from './refusal.ts'

const realm = 'Bearer realm="NeonPanel admin API"'

/**
 * Lets a request with the administrator's token through (RFC 6750 section 2.1) and refuses others with 401. The token
 * is too long to guess, so the throttle spares the log and not the token: it never stops who holds the right one,
 * else anybody behind the same address could lock the administrator out.
 *
 * @param refused told about each wrong token that the throttle let through
 */
export function adminTokenGuard(adminToken: string, refused: (ctx: Context) => Promise<void>) {
  const expected = digest(adminToken)
  const wrongTokens = new RateLimiterMemory({ points: 30, duration: 60 })

  return async function requireAdminToken(ctx: Context): Promise<void> {
    const [, token] = /^Bearer +(\S+)$/i.exec(ctx.get('Authorization')) ?? []
    if (token !== undefined && timingSafeEqual(digest(token), expected)) return
    if (token === undefined) {
      ctx.set('WWW-Authenticate', realm)
      throw new ApiRefusal(401, 'unauthorized', 'Send ADMIN_TOKEN as `Authorization: Bearer`.')
    }
    await throttle(wrongTokens, ctx)
    await refused(ctx)
    ctx.set('WWW-Authenticate', `${realm}, error="invalid_token"`)
    throw new ApiRefusal(401, 'invalid_token', 'This is not the ADMIN_TOKEN of this server.')
  }
}

/** Digests have one length, whatever was sent: comparing them tells nothing about the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

async function throttle(limiter: RateLimiterMemory, ctx: Context): Promise<void> {
  try {
    await limiter.consume(ctx.ip)
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    ctx.set('Retry-After', String(Math.ceil(error.msBeforeNext / 1000)))
    throw new ApiRefusal(429, 'too_many_requests', 'Too many wrong tokens from this address.')
  }
}
