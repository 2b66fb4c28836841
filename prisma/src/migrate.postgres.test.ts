import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate, pendingMigrations } from './migrate.ts'
import { openDatabase } from './open.ts'
import { currentSchema, migrationsOnDisk } from './testing/migrations-on-disk.ts'
import { openPrismaTool } from './testing/prisma-tool.ts'
import { createScratchDatabase, execute } from './testing/scratch-postgres.ts'

const everyMigration = migrationsOnDisk('postgresql').migrationDirectories.map(({ path }) => path)

const toolFor = (url: string) =>
  openPrismaTool('postgresql', new PrismaPg(new DescribingPool(url)), currentSchema())

/** The adapter does not know the type `"char"`, in which PostgreSQL describes its own tables. */
class DescribingPool extends pg.Pool {
  constructor(connectionString: string) {
    super({ connectionString, allowExitOnIdle: true })
    const query = this.query.bind(this)
    const described = async (request: pg.QueryConfig) => {
      const result = await query(request)
      const text = 25
      for (const field of result.fields) if (field.dataTypeID === 18) field.dataTypeID = text
      return result
    }
    this.query = described as unknown as typeof this.query
  }
}

test('migrations are applied once by processes that start at the same time', async () => {
  await using scratch = await createScratchDatabase()
  const starting = Array.from({ length: 6 }, async () => {
    await using database = await openDatabase(scratch.url, { connections: 2 })
    return await migrate(database)
  })
  expect((await Promise.all(starting)).flat()).toEqual(everyMigration)
})

test('a second migration of the same database does nothing', async () => {
  await using scratch = await createScratchDatabase()
  await using database = await openDatabase(scratch.url)
  expect(await pendingMigrations(database)).toEqual(everyMigration)
  expect(await migrate(database)).toEqual(everyMigration)
  expect(await migrate(database)).toEqual([])
  expect(await pendingMigrations(database)).toEqual([])
})

test("Prisma's own tool finds the history in order and no difference to the schema", async () => {
  await using scratch = await createScratchDatabase()
  await using database = await openDatabase(scratch.url)
  await migrate(database)
  const tool = await toolFor(scratch.url)
  expect(await tool.diagnose()).toEqual({ edited: [], failed: [], history: null })
  expect(await tool.deploy()).toEqual([])
  expect(await tool.drift()).toBe('')
})

test("a history that Prisma's own tool left is accepted", async () => {
  await using scratch = await createScratchDatabase()
  expect(await (await toolFor(scratch.url)).deploy()).toEqual(everyMigration)
  await using database = await openDatabase(scratch.url)
  expect(await migrate(database)).toEqual([])
})

test('a failing migration leaves nothing behind', async () => {
  await using scratch = await createScratchDatabase()
  // The last thing that the first migration creates is in its way.
  await execute(scratch.url, 'CREATE TABLE "Setting" ("key" TEXT)')
  await using database = await openDatabase(scratch.url)
  await expect(migrate(database)).rejects.toThrow('already exists')
  expect(await pendingMigrations(database)).toEqual(everyMigration)
  await expect(database.prisma.person.count()).rejects.toMatchObject({ code: 'P2021' })
})

test('a schema named in the URL holds the tables', async () => {
  await using scratch = await createScratchDatabase()
  await execute(scratch.url, 'CREATE SCHEMA apart')
  await using apart = await openDatabase(`${scratch.url}?schema=apart`)
  await migrate(apart)
  await using plain = await openDatabase(scratch.url)
  expect(await pendingMigrations(plain)).toEqual(everyMigration)
  expect(await apart.prisma.setting.count()).toBe(0)
})
