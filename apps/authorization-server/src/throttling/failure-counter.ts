import { hash } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { RateLimiterMemory, RateLimiterPrisma, RateLimiterRes } from 'rate-limiter-flexible'
import type { FailureLimit } from './limits.ts'

/** Counts failures in the database, so that every process sees the same numbers. */
export interface FailureCounter {
  /** For how long the key must wait; 0 when it need not. From memory alone: it costs no query. */
  pauseSeconds(key: string): number
  /** Counts a failure and says how long the key must wait from now on. A paused key is not counted any more. */
  failed(key: string): Promise<number>
  /** Takes a failure back that was counted before it was known to be none. */
  takeBack(key: string): Promise<void>
  /** Forgets the failures of a key; a query only when this process has counted one. */
  succeeded(key: string): Promise<void>
  /** Lets go of what this process remembers. */
  forget(): void
}

type Store = Pick<Database, 'prisma'>

const counters = new WeakMap<Store['prisma'], Map<string, FailureCounter>>()

/** The counter of one kind of failure, the same for everybody who asks. */
export function failureCounter({ prisma }: Store, limit: FailureLimit): FailureCounter {
  const known = counters.get(prisma) ?? new Map<string, FailureCounter>()
  counters.set(prisma, known)
  const counter = known.get(limit.name) ?? createCounter(prisma, limit)
  known.set(limit.name, counter)
  return counter
}

/** Lets go of what this process remembers; the rows are the caller's to delete. */
export function forgetFailures({ prisma }: Store): void {
  for (const counter of counters.get(prisma)?.values() ?? []) counter.forget()
}

/** Keys that a process remembers; past it a success may leave old failures standing, and a paused key is counted again. */
const rememberedLimit = 10_000

function createCounter(prisma: Store['prisma'], limit: FailureLimit): FailureCounter {
  const limiter = createLimiter(prisma, limit)
  const failing = new Set<string>()
  const pausedUntil = new Map<string, number>()

  const pauseSeconds = (key: string) => {
    const left = seconds((pausedUntil.get(key) ?? 0) - Date.now())
    // More than a window is left only when the clock was put back.
    return left > 0 && left <= limit.windowSeconds ? left : 0
  }
  return {
    pauseSeconds,
    async failed(key) {
      if (pauseSeconds(key) > 0) return pauseSeconds(key)
      if (failing.size >= rememberedLimit) failing.clear()
      failing.add(key)
      const counted = await consume(limiter, key)
      if (counted.isFirstInDuration) await removeExpired(prisma)
      if (counted.remainingPoints > 0) return 0
      if (pausedUntil.size >= rememberedLimit) pausedUntil.clear()
      pausedUntil.set(key, Date.now() + counted.msBeforeNext)
      return pauseSeconds(key)
    },
    async takeBack(key) {
      await limiter.reward(key)
      pausedUntil.delete(key)
    },
    async succeeded(key) {
      if (!failing.delete(key)) return
      pausedUntil.delete(key)
      await limiter.delete(key)
    },
    forget() {
      failing.clear()
      pausedUntil.clear()
    },
  }
}

/** The library's limiter over our table; when the database is away each process counts for itself. */
export function createLimiter(prisma: Store['prisma'], limit: FailureLimit): RateLimiterPrisma {
  const { name: keyPrefix, failures: points, windowSeconds: duration } = limit
  return new RateLimiterPrisma({
    storeClient: prisma,
    tableName: 'rateLimiterFlexible',
    keyPrefix,
    points,
    duration,
    insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration }),
    clearExpiredByTimeout: false,
  })
}

/** The library refuses by rejecting with its result; anything else is an error of the database. */
async function consume(limiter: RateLimiterPrisma, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key)
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal
    throw refusal
  }
}

const sweepEveryMs = 60_000
const sweptAt = new WeakMap<Store['prisma'], number>()

/** Removes counters whose window is over, at most once a minute; when the database is away, another time. */
export async function removeExpired(prisma: Store['prisma']): Promise<void> {
  const at = Date.now()
  if (Math.abs(at - (sweptAt.get(prisma) ?? 0)) < sweepEveryMs) return
  sweptAt.set(prisma, at)
  const expired = { expire: { lt: new Date(at) } }
  await prisma.rateLimiterFlexible.deleteMany({ where: expired }).catch(() => {})
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000)
}

/** Keys are digests: the table tells nobody who tried what from where. */
export function counterKey(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\0'), 'base64url')
}
