import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { afterAll, describe, expect, test } from 'vitest'
import { toSqliteSchema } from './authoring/sqlite-schema.ts'
import type { Database } from './database.ts'
import { MigrationHistoryError, migrate, pendingMigrations } from './migrate.ts'
import { openDatabase } from './open.ts'
import { statement } from './statement.ts'
import { currentSchema, migrationsOnDisk } from './testing/migrations-on-disk.ts'
import { openPrismaTool } from './testing/prisma-tool.ts'

const root = mkdtempSync(join(tmpdir(), 'neonpanel-migrate-'))
afterAll(() => rmSync(root, { recursive: true }))

const everyMigration = migrationsOnDisk('sqlite').migrationDirectories.map(({ path }) => path)

const spoilChecksum = statement(
  'test_spoil_checksum',
  'UPDATE "_prisma_migrations" SET "checksum" = $1',
)
const spoilFinish = statement(
  'test_spoil_finish',
  'UPDATE "_prisma_migrations" SET "finished_at" = $1',
)
const rollBack = statement(
  'test_roll_back',
  'UPDATE "_prisma_migrations" SET "rolled_back_at" = $1',
)
const references = statement('test_references', 'PRAGMA foreign_keys')

describe('migrations of an empty database', () => {
  test('are all pending, and none of them afterwards', async () => {
    await using database = await openDatabase('memory:')
    expect(await pendingMigrations(database)).toEqual(everyMigration)
    expect(await migrate(database)).toEqual(everyMigration)
    expect(await pendingMigrations(database)).toEqual([])
  })

  test('are applied once by callers at the same time', async () => {
    await using database = await openDatabase('memory:')
    const answers = await Promise.all([migrate(database), migrate(database), migrate(database)])
    expect(answers.flat()).toEqual(everyMigration)
  })

  test('leave references enforced', async () => {
    await using database = await openDatabase('memory:')
    await migrate(database)
    expect(await database.query(references, [])).toEqual([{ foreign_keys: 1 }])
  })
})

describe('a history', () => {
  const migrated = async (): Promise<Database> => {
    const database = await openDatabase('memory:')
    await migrate(database)
    return database
  }

  test('with another checksum is refused', async () => {
    await using database = await migrated()
    await database.query(spoilChecksum, ['0'.repeat(64)])
    await expect(migrate(database)).rejects.toThrow(MigrationHistoryError)
    await expect(pendingMigrations(database)).rejects.toThrow('is not the one that was applied')
  })

  test('with a failed migration is refused', async () => {
    await using database = await migrated()
    await database.query(spoilFinish, [null])
    await expect(migrate(database)).rejects.toThrow('failed earlier')
  })

  test('with a migration that was rolled back has it pending', async () => {
    await using database = await migrated()
    await database.query(rollBack, [new Date()])
    expect(await pendingMigrations(database)).toEqual(everyMigration)
  })

  test('stays as it was when a migration fails', async () => {
    await using database = await migrated()
    // Its tables exist, so that the first statement of the migration fails.
    await database.query(rollBack, [new Date()])
    await expect(migrate(database)).rejects.toThrow('already exists')
    expect(await pendingMigrations(database)).toEqual(everyMigration)
    expect(await database.query(references, [])).toEqual([{ foreign_keys: 1 }])
  })
})

describe("Prisma's own tool", () => {
  const schema = toSqliteSchema(currentSchema(), './client')
  let count = 0
  const fresh = () => {
    count += 1
    const url = `file:${join(root, `${count}`, 'neonpanel.db')}`
    return { url, openTool: () => openPrismaTool('sqlite', new PrismaLibSql({ url }), schema) }
  }

  test('finds the history in order and no difference to the schema', async () => {
    const { url, openTool } = fresh()
    {
      await using database = await openDatabase(url)
      await migrate(database)
    }
    const tool = await openTool()
    expect(await tool.diagnose()).toEqual({ edited: [], failed: [], history: null })
    expect(await tool.deploy()).toEqual([])
    expect(await tool.drift()).toBe('')
  })

  test('leaves a history that is accepted here', async () => {
    const { url, openTool } = fresh()
    await using scratch = await openDatabase(url)
    await scratch.close()
    expect(await (await openTool()).deploy()).toEqual(everyMigration)
    await using database = await openDatabase(url)
    expect(await migrate(database)).toEqual([])
  })
})
