import { createHash } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { now } from '@neonpanel/process/clock'
import { RateLimiterPrisma, RateLimiterRes } from 'rate-limiter-flexible'
import { normalizedEmail } from './directory.ts'

const windowSeconds = 15 * 60

/** Wrong passwords for one account from one address: another address of the same person is not affected. */
const attemptsPerAccount = 5

/** Wrong passwords from one address for any account; an office shares one. */
const attemptsPerAddress = 60

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
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterPrisma({
      storeClient: prisma,
      tableName: 'rateLimiterFlexible',
      keyPrefix,
      points,
      duration: windowSeconds,
      blockDuration: windowSeconds,
      clearExpiredByTimeout: false,
    })
  const perAccount = limiter('sign-in', attemptsPerAccount)
  const perAddress = limiter('sign-in-address', attemptsPerAddress)
  const account = digest(`${normalizedEmail(email)} ${address}`)
  const origin = digest(address)

  return {
    async attempt() {
      const seen = await perAddress.get(origin)
      if (seen && seen.consumedPoints >= attemptsPerAddress) return paused(seen)
      return consume(perAccount, account)
    },
    async failed() {
      const { isFirstInDuration } = await perAddress.penalty(origin)
      // Once per address and window: nobody else removes rows whose window is over.
      if (isFirstInDuration) {
        await prisma.rateLimiterFlexible.deleteMany({ where: { expire: { lt: now() } } })
      }
      const seen = await perAccount.get(account)
      if (!seen || seen.consumedPoints < attemptsPerAccount) {
        return { ok: true, attemptsLeft: seen?.remainingPoints ?? attemptsPerAccount }
      }
      return paused(await perAccount.block(account, windowSeconds))
    },
    async succeeded() {
      await perAccount.delete(account)
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

/** Keys are digests: the table tells nobody who tried to sign in from where. */
function digest(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}
