import { hash } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { isClockShifted } from '@neonpanel/process/clock'
import { type SessionIds, sessionIdMaxAgeMs } from './session-ids.ts'

/** What clients subscribed to, for the process that takes their session over. */
export interface SubscriptionStore {
  add(sessionId: string, uri: string): Promise<void>
  remove(sessionId: string, uri: string): Promise<void>
  of(sessionId: string): Promise<string[]>
}

const addSubscription = statement(
  'mcp_subscription_add',
  `INSERT INTO "McpSubscription" ("idHash", "uri", "expiresAt") VALUES ($1, $2, $3)
   ON CONFLICT ("idHash", "uri") DO NOTHING`,
)

const removeSubscription = statement(
  'mcp_subscription_remove',
  'DELETE FROM "McpSubscription" WHERE "idHash" = $1 AND "uri" = $2',
)

const subscriptionsOfSession = statement(
  'mcp_subscriptions',
  'SELECT "uri" FROM "McpSubscription" WHERE "idHash" = $1 ORDER BY "uri"',
)

const deleteExpired = statement(
  'mcp_subscription_expired',
  'DELETE FROM "McpSubscription" WHERE "expiresAt" < $1',
)

const sweepEveryMs = 60_000

/** Streams of 2024-11-05 end with their process: nothing of theirs is kept. */
export function createSubscriptionStore(
  { query }: Pick<Database, 'query'>,
  ids: SessionIds,
): SubscriptionStore {
  let sweptAtMs = 0

  /** Now and then on the way. Under a shifted clock everything would look old. */
  async function sweep() {
    const nowMs = Date.now()
    if (isClockShifted() || nowMs - sweptAtMs < sweepEveryMs) return
    sweptAtMs = nowMs
    await query(deleteExpired, [new Date(nowMs)])
  }

  return {
    async add(sessionId, uri) {
      const claims = ids.open(sessionId)
      if (claims?.transport !== 'streamable') return
      await sweep()
      const expiresAt = new Date(claims.issuedAtMs + sessionIdMaxAgeMs)
      await query(addSubscription, [digest(sessionId), uri, expiresAt])
    },
    async remove(sessionId, uri) {
      await query(removeSubscription, [digest(sessionId), uri])
    },
    async of(sessionId) {
      const rows = await query<{ uri: string }>(subscriptionsOfSession, [digest(sessionId)])
      return rows.map(({ uri }) => uri)
    },
  }
}

function digest(sessionId: string): string {
  return hash('sha256', sessionId, 'base64url')
}
