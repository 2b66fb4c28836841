import type { Context } from 'koa'

/** What a program is answered that failed too often (RFC 6585 section 4). */
export const tooManyFailures = {
  error: 'too_many_requests',
  error_description: 'too many failed requests; wait as long as Retry-After says',
} as const

/** 429 with `Retry-After`, in place of whatever the answer was. */
export function refuseForNow(ctx: Context, pauseSeconds: number): void {
  ctx.remove('WWW-Authenticate')
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Retry-After', String(pauseSeconds))
  ctx.status = 429
  ctx.body = tooManyFailures
}
