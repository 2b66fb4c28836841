import type { Database } from '@neonpanel/database/open'
import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { routes } from '../provider/configuration.ts'
import { counterKey, failureCounter } from './failure-counter.ts'
import { failureLimits } from './limits.ts'
import { networkOf } from './network.ts'
import { refuseForNow } from './refuse.ts'

const authenticated: readonly string[] = [
  routes.token,
  routes.revocation,
  routes.introspection,
  routes.pushed_authorization_request,
  routes.device_authorization,
]

/**
 * Counts what fails at the endpoints of programs and answers 429 once it is too much. Requests are judged first and only those
 * that fail are refused: nobody is locked out by somebody else behind the same address, and a stolen refresh token that is
 * played back still ends its family. What costs something before the judgement, verifying a client secret, asks
 * `clientSecretPause` first. A success ends the count. Only failures cost a query.
 */
export function throttleFailures(database: Database): Middleware {
  const counters = {
    client: failureCounter(database, failureLimits.client),
    unknownClient: failureCounter(database, failureLimits.unknownClient),
    grant: failureCounter(database, failureLimits.grant),
    registration: failureCounter(database, failureLimits.registration),
  }

  return async function throttleFailure(ctx, next) {
    const isRegistration = ctx.path.startsWith(routes.registration)
    if (!isRegistration && !authenticated.includes(ctx.path)) return next()
    const network = networkOf(ctx.ip)
    const address = counterKey(network)
    const pair = counterKey(ctx.state.presentedClientId ?? '', network)
    const keys = { client: pair, unknownClient: address, grant: pair, registration: address }
    // Whoever is being refused fills neither the audit log nor the database.
    ctx.state.isPaused = failures.some((failure) => counters[failure].pauseSeconds(keys[failure]))
    await next()
    const failed = failureOf(ctx, isRegistration)
    if (failed) {
      const pause = await counters[failed].failed(keys[failed])
      if (pause > 0 && ctx.state.isPaused) refuseForNow(ctx, pause)
    } else if (!isRegistration && ctx.status < 300) {
      await counters.client.succeeded(pair)
      if (ctx.path === routes.token) await counters.grant.succeeded(pair)
    }
  }
}

/** For how long wrong secrets of a client have to wait at this address. */
export function clientSecretPause(database: Database, clientId: string, address: string): number {
  return failureCounter(database, failureLimits.client).pauseSeconds(
    counterKey(clientId, networkOf(address)),
  )
}

const failures = ['client', 'unknownClient', 'grant', 'registration'] as const

/** Which failure an answer is, if it is one that is counted. */
function failureOf(ctx: Context, isRegistration: boolean): (typeof failures)[number] | undefined {
  const error = (ctx.body as { error?: unknown } | undefined)?.error
  if (isRegistration) return ctx.status === 401 ? 'registration' : undefined
  if (error === 'invalid_grant') return 'grant'
  if (error !== 'invalid_client') return undefined
  // A client that does not exist is no key: made-up names would fill the table.
  return (ctx as Partial<KoaContextWithOIDC>).oidc?.client ? 'client' : 'unknownClient'
}
