import type { Database } from '@neonpanel/database/open'
import { RateLimiterPrisma, RateLimiterRes } from 'rate-limiter-flexible'
import { counterKey, removeExpired } from '../throttling/failure-counter.ts'
import { type FailureLimit, failureLimits } from '../throttling/limits.ts'
import { networkOf } from '../throttling/network.ts'
import { normalizedEmail } from './directory.ts'

/** Counts wrong passwords in the database, so that every process sees the same numbers. */
export interface SignInThrottle {
  /** Takes one of the attempts that are left; it must come before the password is looked at. */
  attempt(): Promise<Attempt>
  /** The password was wrong. */
  failed(): Promise<Attempt>
  /** The password was right: earlier mistakes are forgotten. */
  succeeded(): Promise<void>
}

export type Attempt = { ok: true; attemptsLeft: number } | { ok: false; retryAfterSeconds: number }

/**
 * The throttle of one account and one address. Attempts are counted before they are judged: many at the same moment
 * get no more tries than one after another.
 */
export function signInThrottle(
  { prisma }: Pick<Database, 'prisma'>,
  email: string,
  address: string,
): SignInThrottle {
  const limiter = ({ name, failures, windowSeconds }: FailureLimit) =>
    new RateLimiterPrisma({
      storeClient: prisma,
      tableName: 'rateLimiterFlexible',
      keyPrefix: name,
      points: failures,
      duration: windowSeconds,
      blockDuration: windowSeconds,
      clearExpiredByTimeout: false,
    })
  const limits = { account: failureLimits.account, address: failureLimits.signInAddress }
  const perAccount = limiter(limits.account)
  const perAddress = limiter(limits.address)
  const network = networkOf(address)
  const account = counterKey(normalizedEmail(email), network)
  const origin = counterKey(network)
  let mistakes = 0

  return {
    async attempt() {
      const seen = await perAddress.get(origin)
      if (seen && seen.consumedPoints >= limits.address.failures) return paused(seen)
      const attempt = await consume(perAccount, account)
      if (attempt.ok) mistakes = limits.account.failures - attempt.attemptsLeft - 1
      return attempt
    },
    async failed() {
      const { isFirstInDuration } = await perAddress.penalty(origin)
      if (isFirstInDuration) await removeExpired(prisma)
      const seen = await perAccount.get(account)
      if (!seen || seen.consumedPoints < limits.account.failures) {
        return { ok: true, attemptsLeft: seen?.remainingPoints ?? limits.account.failures }
      }
      return paused(await perAccount.block(account, limits.account.windowSeconds))
    },
    async succeeded() {
      await perAccount.delete(account)
      // They were no guesses: an office whose people mistype is not mistaken for somebody who tries accounts.
      if (mistakes > 0) await perAddress.reward(origin, mistakes)
    },
  }
}

async function consume(limiter: RateLimiterPrisma, key: string): Promise<Attempt> {
  try {
    const { remainingPoints } = await limiter.consume(key)
    return { ok: true, attemptsLeft: remainingPoints }
  } catch (refusal) {
    // The library refuses by rejecting with its result; anything else is an error of the database.
    if (refusal instanceof RateLimiterRes) return paused(refusal)
    throw refusal
  }
}

function paused({ msBeforeNext }: RateLimiterRes): Attempt {
  return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) }
}
