import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../database.ts'
import { migrate } from '../migrate.ts'
import { openDatabase } from '../open.ts'
import { statement } from '../statement.ts'
import { seedLedger } from './ledger.ts'
import { findLedgerSnapshot, writeLedgerSnapshot } from './ledger-snapshot.ts'
import { ledgerTables } from './seed.ts'

const folder = mkdtempSync(join(tmpdir(), 'neonpanel-snapshot-'))
beforeAll(async () => {
  writeFileSync(join(folder, 'of-other-sources.db'), '')
  await writeLedgerSnapshot(folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const openMigrated = async () => {
  const database = await openDatabase('memory:')
  await migrate(database)
  return database
}

const contents = async (database: Database) => {
  const tables: Record<string, unknown[]> = {}
  for (const table of ledgerTables) {
    const readAll = statement(`test_all_${table}`, `SELECT * FROM "${table}" ORDER BY 1, 2, 3, 4`)
    tables[table] = await database.query(readAll, [])
  }
  return tables
}

test('a copy of the snapshot is the ledger that would be generated', async () => {
  await using generated = await openMigrated()
  await seedLedger(generated)
  await using copied = await openMigrated()
  await copied.copyRowsFrom!(findLedgerSnapshot(folder)!, ledgerTables)
  const ledger = await contents(copied)
  expect(ledger.Sale!.length).toBeGreaterThan(10_000)
  expect(ledger).toEqual(await contents(generated))
})

test('copies at the same time fill the ledger once', async () => {
  await using database = await openMigrated()
  const copy = () => database.copyRowsFrom!(findLedgerSnapshot(folder)!, ledgerTables)
  await Promise.all([copy(), copy()])
  expect(await database.prisma.company.count()).toBe(3)
})

test('a copy that fails leaves the tables empty and can be tried again', async () => {
  await using database = await openMigrated()
  const copy = (tables: readonly string[]) =>
    database.copyRowsFrom!(findLedgerSnapshot(folder)!, tables)
  await expect(copy(['Company', 'Nonsense'])).rejects.toThrow('Nonsense')
  expect(await database.prisma.company.count()).toBe(0)
  await copy(ledgerTables)
  expect(await database.prisma.company.count()).toBe(3)
})

test('the snapshot is one closed file, and those of other sources are gone', () => {
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([
    findLedgerSnapshot(folder),
  ])
})

test('there is none where none was made', () => {
  expect(findLedgerSnapshot(join(folder, 'elsewhere'))).toBeUndefined()
})
