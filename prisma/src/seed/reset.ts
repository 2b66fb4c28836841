import type { Database } from '../database.ts'
import { statement } from '../statement.ts'
import { ledgerTables, type SeedOptions, seed } from './seed.ts'

/** Children before parents. What identifies the stack stays: its signing keys and its APP_SECRET. */
const accountTables: readonly string[] = [
  'OidcRecord',
  'ScopeChallenge',
  'RevokedAccessToken',
  'InitialAccessToken',
  'AuditEvent',
  'FlowExchange',
  'RateLimiterFlexible',
  'McpSession',
  'McpSubscription',
  'McpTask',
  'FaultRule',
  'Grant',
  'Client',
  'Membership',
  'Person',
]

const everyTable = [...accountTables, ...ledgerTables.toReversed()]

const emptied = new Map(
  everyTable.map((table) => [table, statement(`reset_${table}`, `DELETE FROM "${table}"`)]),
)

const forgetSeed = statement('reset_seeded', 'DELETE FROM "Setting" WHERE "key" = $1')

const findImport = statement('reset_find_import', 'SELECT 1 FROM "ImportRun" LIMIT 1')

/**
 * Brings a database back to what it was after its first start, for tests. The ledger is written anew only when an
 * import has changed it: nothing else does.
 */
export async function resetDatabase(database: Database, options: SeedOptions): Promise<void> {
  const [imported] = await database.query(findImport, [])
  const tables = imported === undefined ? accountTables : everyTable
  await database.transaction(async (query) => {
    for (const table of tables) await query(emptied.get(table)!, [])
    await query(forgetSeed, ['seeded'])
  })
  await seed(database, options)
}
