import { randomBytes } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'

/** The right to do something that one process at a time shall do, for a while. */
export interface Lease {
  /** Takes it, or keeps it for longer; false while another process has it. */
  take(): Promise<boolean>
  /** Gives it back, so that the next one need not wait. */
  release(): Promise<void>
}

// The value is `<expiry> <holder>`: the expiry has 13 digits until 2286, so that texts compare as times do.
const takeLease = statement(
  'take_lease',
  `INSERT INTO "Setting" ("key", "value") VALUES ($1, $2)
   ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"
   WHERE "Setting"."value" < $3 OR "Setting"."value" LIKE $4
   RETURNING "key"`,
)

const releaseLease = statement(
  'release_lease',
  'DELETE FROM "Setting" WHERE "key" = $1 AND "value" LIKE $2',
)

/**
 * A lease in the database, for whoever asks first. Who dies with it loses it after its time; who holds it for longer than
 * that takes it again.
 */
export function createLease({ query }: Database, name: string, ttlSeconds: number): Lease {
  const key = `lease:${name}`
  const holder = randomBytes(12).toString('hex')
  return {
    async take() {
      const nowMs = Date.now()
      const value = `${nowMs + ttlSeconds * 1_000} ${holder}`
      const rows = await query(takeLease, [key, value, String(nowMs), `% ${holder}`])
      return rows.length > 0
    },
    async release() {
      await query(releaseLease, [key, `% ${holder}`])
    },
  }
}
