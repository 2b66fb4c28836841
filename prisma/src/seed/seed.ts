import type { Database } from '../database.ts'
import { statement } from '../statement.ts'
import { hashDemoSecrets, insertClients } from './clients.ts'
import { hashDemoPasswords, insertPeople } from './people.ts'

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
  // Hashing takes other threads and the ledger takes this one, so they go on together.
  const hashes = Promise.all([hashDemoPasswords(), hashDemoSecrets()])
  // Loaded when needed, which a restart does not.
  const { seedLedger } = await import('./ledger.ts')
  await seedLedger(database)
  const [passwordHashes, secretHashes] = await hashes
  const at = new Date(Date.now())
  await database.transaction(async (query, insertRows) => {
    await insertPeople(insertRows, passwordHashes, at)
    await insertClients(insertRows, secretHashes, at)
    await query(setMark, ['seeded', 'demo'])
  })
}
