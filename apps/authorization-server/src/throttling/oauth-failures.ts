import type { Database } from '@neonpanel/database/open'
import type { Context, Middleware } from 'koa'
import { findClient } from '../clients/clients.ts'
import { routes } from '../provider/configuration.ts'
import { counterKey, type FailureCounter, failureCounter } from './failure-counter.ts'
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

interface Count {
  readonly counter: FailureCounter
  readonly key: string
}

/**
 * Counts what fails at the endpoints of programs and answers 429 once it is too much. Requests are judged first and only those
 * that fail are refused: nobody is locked out by somebody else behind the same address, and a stolen refresh token that is
 * played back still ends its family. What costs something before the judgement, verifying a client secret, asks
 * `clientSecretPause` first. A success ends the count.
 */
export function throttleFailures(database: Database): Middleware {
  return async function throttleFailure(ctx, next) {
    const isRegistration = ctx.path.startsWith(routes.registration)
    if (!isRegistration && !authenticated.includes(ctx.path)) return next()
    const counts = await countsOf(database, ctx)
    // Whoever is being refused fills neither the audit log nor the database.
    ctx.state.isPaused = Object.values(counts).some(({ counter, key }) => counter.pauseSeconds(key))
    await next()
    const failed = failureOf(ctx, isRegistration)
    if (failed) {
      const { counter, key } = counts[failed]
      const pause = await counter.failed(key)
      if (pause > 0 && ctx.state.isPaused) refuseForNow(ctx, pause)
    } else if (!isRegistration && ctx.status < 300) {
      await counts.client.counter.succeeded(counts.client.key)
      if (ctx.path === routes.token) await counts.grant.counter.succeeded(counts.grant.key)
    }
  }
}

/** For how long wrong secrets of a client have to wait at this address. */
export function clientSecretPause(database: Database, clientId: string, address: string): number {
  return failureCounter(database, failureLimits.client).pauseSeconds(
    counterKey(clientId, networkOf(address)),
  )
}

type Failure = 'client' | 'grant' | 'registration'

/** Which failure an answer is, if it is one that is counted. */
function failureOf(ctx: Context, isRegistration: boolean): Failure | undefined {
  const error = (ctx.body as { error?: unknown } | undefined)?.error
  if (isRegistration) return ctx.status === 401 ? 'registration' : undefined
  if (error === 'invalid_client') return 'client'
  return error === 'invalid_grant' ? 'grant' : undefined
}

/** A client that does not exist is no key: made-up names would fill the table. */
async function countsOf(database: Database, ctx: Context): Promise<Record<Failure, Count>> {
  const network = networkOf(ctx.ip)
  const clientId: string | undefined = ctx.state.presentedClientId
  const isKnown = clientId !== undefined && (await findClient(database, clientId)) !== undefined
  const pair = isKnown ? counterKey(clientId, network) : counterKey(network)
  const client = isKnown ? failureLimits.client : failureLimits.unknownClient
  return {
    client: { counter: failureCounter(database, client), key: pair },
    grant: { counter: failureCounter(database, failureLimits.grant), key: pair },
    registration: {
      counter: failureCounter(database, failureLimits.registration),
      key: counterKey(network),
    },
  }
}
