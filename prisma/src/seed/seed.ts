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

const findCompany = statement('seed_find_company', 'SELECT 1 FROM "Company" LIMIT 1')

/** In the order in which rows may refer to each other. */
export const ledgerTables = [
  'Company',
  'Warehouse',
  'Item',
  'Shipment',
  'ShipmentLine',
  'ShipmentCharge',
  'CostLayer',
  'Sale',
  'StockTransfer',
  'StockAdjustment',
  'StockReservation',
  'ImportRun',
] as const

/**
 * Fills a database with the demo's companies, people and clients, once in its life: what an administrator changes or
 * deletes afterwards stays so. Several processes may do it at the same time.
 */
export async function seed(database: Database, options: SeedOptions): Promise<void> {
  if (options.seed === 'none') return
  const [seeded] = await database.query(findMark, ['seeded'])
  if (seeded !== undefined) return
  await fillLedger(database)
  const at = new Date(Date.now())
  await database.transaction(async (query, insertRows) => {
    await insertPeople(insertRows, at)
    await insertClients(insertRows, at)
    await query(setMark, ['seeded', 'demo'])
  })
}

async function fillLedger(database: Database): Promise<void> {
  // Loaded when needed, which a restart does not.
  const { findLedgerSnapshot } = await import('./ledger-snapshot.ts')
  const snapshot = findLedgerSnapshot()
  const [company] = await database.query(findCompany, [])
  if (database.copyRowsFrom && snapshot !== undefined && company === undefined) {
    await database.copyRowsFrom(snapshot, ledgerTables)
  } else {
    const { seedLedger } = await import('./ledger.ts')
    await seedLedger(database)
  }
}
