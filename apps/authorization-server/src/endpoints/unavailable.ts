import { isDatabaseUnavailable } from '@neonpanel/database/unavailable'
import type { Middleware } from 'koa'

/**
 * The provider answers 500 to whatever it does not expect. That the database is away for a moment is worth trying again: it is
 * thrown on to who answers it with 503 and `Retry-After`.
 */
export const answerUnavailable: Middleware = async function answerUnavailable(ctx, next) {
  await next()
  // Set where the provider reports failures, in provider/events.ts.
  const { failure } = ctx.state
  if (!isDatabaseUnavailable(failure)) return
  ctx.remove('Location')
  throw failure
}
