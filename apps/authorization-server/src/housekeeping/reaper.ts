import type { Database } from '@neonpanel/database/open'
import { type SqlValue, type Statement, statement } from '@neonpanel/database/statement'
import { recordAudit } from '../audit/audit.ts'

/** Rows that are dead stay for as long: the clocks of several processes differ. */
const graceMs = 5 * 60_000

/** A client that registered itself and was never used. Claude and MCP Inspector register anew whenever they connect. */
const neverUsedMs = 30 * 86_400_000

/** A client that registered itself and that nobody has connected any more. */
const unusedMs = 90 * 86_400_000

/** Exchanges of flows: for so long, and so many. */
const flowsMs = 7 * 86_400_000
const mostFlowExchanges = 20_000

/** A refresh tells whose token was refused an hour later; it should not take the place of flows for longer. */
const refreshesMs = 2 * 3_600_000

/** Small enough that nobody waits for it. */
const batchRows = 200

/** One kind of rows that nobody needs any more. */
interface Chore {
  readonly table: string
  readonly deleteBatch: Statement
  /** Parameters of the statement, before the last one, which is the size of the batch. */
  readonly values: (nowMs: number) => readonly SqlValue[]
}

const beforeGrace = (nowMs: number) => [new Date(nowMs - graceMs)]

function chore(
  name: string,
  table: string,
  key: string,
  condition: string,
  values: Chore['values'] = beforeGrace,
): Chore {
  const limit = `$${values(0).length + 1}`
  // What another process is just using is left for the next time.
  const sql = `DELETE FROM "${table}" WHERE (${key}) IN (
    SELECT ${key} FROM "${table}" AS dead WHERE ${condition} LIMIT ${limit} FOR UPDATE SKIP LOCKED
  ) RETURNING ${key}`
  return { table, deleteBatch: statement(`reap_${name}`, sql), values }
}

const recordKey = '"kind", "idHash"'

const unusedClients = chore(
  'unused_clients',
  'Client',
  '"clientId"',
  `dead."origin" IN ('open', 'initial_access_token') AND dead."reviewedAt" IS NULL AND dead."suspendedAt" IS NULL
   AND (dead."lastUsedAt" < $1 OR (dead."lastUsedAt" IS NULL AND dead."createdAt" < $2))
   AND NOT EXISTS (
     SELECT 1 FROM "Grant" g
     WHERE g."clientId" = dead."clientId" AND g."revokedAt" IS NULL AND g."expiresAt" > $3
   )`,
  (nowMs) => [new Date(nowMs - unusedMs), new Date(nowMs - neverUsedMs), new Date(nowMs)],
)

/** What is deleted, in this order. Ended grants, initial access tokens and audit events stay: people look them up. */
const chores: readonly Chore[] = [
  chore('expired_records', 'OidcRecord', recordKey, 'dead."expiresAt" < $1'),
  chore(
    'records_of_ended_grants',
    'OidcRecord',
    recordKey,
    `dead."grantId" IN (SELECT "id" FROM "Grant" WHERE "revokedAt" < $1 OR "expiresAt" < $1)`,
  ),
  chore(
    'devices_of_ended_sessions',
    'OidcRecord',
    recordKey,
    `dead."kind" = 'SessionDevice' AND dead."createdAt" < $1 AND NOT EXISTS (
       SELECT 1 FROM "OidcRecord" s WHERE s."kind" = 'Session' AND s."uidHash" = dead."idHash"
     )`,
  ),
  chore('old_flow_exchanges', 'FlowExchange', '"id"', 'dead."at" < $1', (nowMs) => [
    new Date(nowMs - flowsMs),
  ]),
  chore(
    'old_refreshes',
    'FlowExchange',
    '"id"',
    `dead."kind" = 'refresh_grant' AND dead."status" = 200 AND dead."at" < $1`,
    (nowMs) => [new Date(nowMs - refreshesMs)],
  ),
  chore(
    'surplus_flow_exchanges',
    'FlowExchange',
    '"id"',
    `dead."at" <= (SELECT f."at" FROM "FlowExchange" f ORDER BY f."at" DESC LIMIT 1 OFFSET ${mostFlowExchanges})`,
    () => [],
  ),
  chore('revoked_access_tokens', 'RevokedAccessToken', '"jti"', 'dead."expiresAt" < $1'),
  chore('scope_challenges', 'ScopeChallenge', '"grantId", "scope"', 'dead."expiresAt" < $1'),
  chore('throttle_counters', 'RateLimiterFlexible', '"key"', 'dead."expire" < $1'),
  chore('retired_keys', 'SigningKey', '"kid"', 'dead."retiresAt" < $1'),
  unusedClients,
  chore(
    'registrations_of_gone_clients',
    'OidcRecord',
    recordKey,
    `dead."kind" = 'RegistrationAccessToken' AND dead."createdAt" < $1 AND NOT EXISTS (
       SELECT 1 FROM "Client" c WHERE c."clientId" = dead."clientId"
     )`,
  ),
]

/** Every table that rows are deleted from. */
export const reapedTables: readonly string[] = [...new Set(chores.map(({ table }) => table))]

export interface ReapOptions {
  /** Asked before each batch; false ends the work. */
  readonly mayGoOn: () => Promise<boolean>
  readonly onReaped: (table: string, rows: number) => void
}

/** Deletes what nobody needs any more, in small batches. */
export async function reap(database: Database, { mayGoOn, onReaped }: ReapOptions): Promise<void> {
  for (const one of chores) {
    for (let rows = batchRows; rows === batchRows; ) {
      if (!(await mayGoOn())) return
      const deleted = await deleteBatch(database, one)
      rows = deleted.length
      if (rows > 0) onReaped(one.table, rows)
    }
  }
}

async function deleteBatch(database: Database, one: Chore) {
  const values = [...one.values(Date.now()), batchRows]
  const rows = await database.query<{ clientId?: string }>(one.deleteBatch, values)
  if (one === unusedClients) {
    for (const { clientId } of rows) {
      await recordAudit(database, { type: 'client.deleted', clientId, detail: { by: 'reaper' } })
    }
  }
  return rows
}
