import type { Database } from '../database.ts'
import { statement } from '../statement.ts'
import { insertClients } from './clients.ts'
import { insertPeople } from './people.ts'

export interface SeedOptions {
  seed: 'demo' | 'none'
}

const findMark = statement('seed_find_mark', 'SELECT "value" FROM "Setting" WHERE "key" = $1')

const setMark = statement(
  'seed_set_mark',
  'INSERT INTO "Setting" ("key", "value") VALUES ($1, $2) ON CONFLICT ("key") DO NOTHING',
)

/**
 * Fills a database with the demo's companies, people and clients, once in its life: what an administrator changes or
 * deletes afterwards stays so. Several processes may do it at the same time.
 */
export async function seed(database: Database, options: SeedOptions): Promise<void> {
  if (options.seed === 'none') return
  const [seeded] = await database.query(findMark, ['seeded'])
  if (seeded !== undefined) return
  // Loaded when needed, which a restart does not.
  const { seedLedger } = await import('./ledger.ts')
  await seedLedger(database)
  const at = new Date(Date.now())
  await database.transaction(async (query, insertRows) => {
    await insertPeople(insertRows, at)
    await insertClients(insertRows, at)
    await query(setMark, ['seeded', 'demo'])
  })
}
