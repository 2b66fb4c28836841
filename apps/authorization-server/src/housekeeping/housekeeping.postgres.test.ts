import { type Database, openDatabase } from '@neonpanel/database/open'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts'
import { createLease } from './lease.ts'
import { reap } from './reaper.ts'

let testDatabase: TestDatabase
let databases: Database[]
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  databases = await Promise.all([1, 2, 3, 4].map(() => openDatabase(testDatabase.url)))
})
afterAll(async () => {
  for (const database of databases) await database.close()
  await testDatabase[Symbol.asyncDispose]()
})

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

test('of four processes that ask at once one has the lease, each time', async () => {
  for (let round = 0; round < 20; round += 1) {
    const leases = databases.map((database) => createLease(database, `round ${round}`, 60))
    const taken = await Promise.all(leases.map((lease) => lease.take()))
    expect(taken.filter(Boolean)).toHaveLength(1)
    await Promise.all(leases.map((lease) => lease.release()))
    expect(await leases[0]!.take()).toBe(true)
  }
})

test('rows are deleted once, even by four processes that all believe to have it', async () => {
  const [first] = databases
  const count = 1_500
  await first!.prisma.oidcRecord.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      kind: index % 2 === 0 ? 'Session' : 'RefreshToken',
      idHash: String(index),
      payload: '{}',
      expiresAt: new Date(0),
    })),
  })
  const deleted = await Promise.all(
    databases.map(async (database) => {
      const counts: number[] = []
      const onReaped = (_table: string, rows: number) => counts.push(rows)
      await reap(database, { mayGoOn: async () => true, onReaped })
      return sum(counts)
    }),
  )
  expect(sum(deleted)).toBe(count)
  expect(await first!.prisma.oidcRecord.count()).toBe(0)
})

test('a row that is renewed at the same moment stays', async () => {
  const [keeper, holder] = databases
  const { idHash } = await holder!.prisma.oidcRecord.create({
    data: { kind: 'Session', idHash: 'renewed', payload: '{}', expiresAt: new Date(0) },
  })
  const expiresAt = new Date(Date.now() + 60_000)
  await holder!.prisma.$transaction(async (transaction) => {
    await transaction.oidcRecord.updateMany({ where: { idHash }, data: { expiresAt } })
    await reap(keeper!, { mayGoOn: async () => true, onReaped: () => {} })
  })
  await reap(keeper!, { mayGoOn: async () => true, onReaped: () => {} })
  expect(await keeper!.prisma.oidcRecord.count({ where: { idHash } })).toBe(1)
})
