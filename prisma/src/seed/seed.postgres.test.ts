import { expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { openDatabase } from '../open.ts'
import { appSecret } from '../settings.ts'
import { createScratchDatabase } from '../testing/scratch-postgres.ts'
import { seed } from './seed.ts'

test('processes that start at the same time migrate, seed and agree on one APP_SECRET', async () => {
  await using scratch = await createScratchDatabase()
  const starting = Array.from({ length: 3 }, async () => {
    await using database = await openDatabase(scratch.url, { connections: 2 })
    await migrate(database)
    await seed(database, { seed: 'demo' })
    return await appSecret(database)
  })
  expect(new Set(await Promise.all(starting)).size).toBe(1)
  await using database = await openDatabase(scratch.url)
  expect(await database.prisma.person.count()).toBe(6)
  expect(await database.prisma.membership.count()).toBe(5)
  expect(await database.prisma.client.count()).toBe(5)
  expect(await database.prisma.company.count()).toBe(3)
})
