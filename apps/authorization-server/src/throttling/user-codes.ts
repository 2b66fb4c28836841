import type { Database } from '@neonpanel/database/open'
import type { Middleware } from 'koa'
import { routes } from '../provider/configuration.ts'
import { errorPage } from '../web/error-page.ts'
import { sendPage } from '../web/layout.ts'
import { counterKey, failureCounter } from './failure-counter.ts'
import { failureLimits } from './limits.ts'
import { networkOf } from './network.ts'

/**
 * User codes are short, so that guessing them is stopped before a guess is looked at (RFC 8628 section 5.1). A right code does
 * not end the count: whoever guesses can have right ones of their own.
 */
export function throttleUserCodes({
  database,
  issuer,
}: {
  database: Database
  issuer: string
}): Middleware {
  const counter = failureCounter(database, failureLimits.userCode)
  return async function throttleUserCode(ctx, next) {
    if (ctx.path !== routes.code_verification || ctx.method !== 'POST') return next()
    const key = counterKey(networkOf(ctx.ip))
    const pause = counter.pauseSeconds(key)
    if (pause === 0) {
      await next()
      // Said by the page that asks for the code, in web/provider-pages.ts.
      if (ctx.state.unknownUserCode) await counter.failed(key)
      return
    }
    ctx.set('Retry-After', String(pause))
    const page = errorPage({
      issuer,
      badge: 'Please wait',
      title: 'Too many codes that don’t exist',
      explanation: `Try again in ${Math.ceil(pause / 60)} minutes, with the code that your device shows then.`,
      correlationId: ctx.state.correlationId,
    })
    sendPage(ctx, page, 429)
  }
}
