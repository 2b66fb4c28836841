import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migrate } from './migrate.ts'
import { type Database, openDatabase } from './open.ts'
import { statement } from './statement.ts'

describe('the database’s view of time', () => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase('memory:')
    await migrate(database)
  })
  afterAll(() => database.close())

  it.each([
    'SELECT now()',
    'SELECT CURRENT_TIMESTAMP',
    'UPDATE "Grant" SET "revokedAt" = Now()',
    "SELECT datetime('now')",
  ])('is asked for by no statement: %s', (sql) => {
    expect(() => statement(`asks ${sql}`, sql)).toThrow('asks the database for the time')
  })

  it('is the process’s also where a default of the schema says when', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-05-01T12:00:00Z') })
    try {
      const { createdAt } = await database.prisma.person.create({
        data: { id: 'p', email: 'p@x.test', name: 'P', passwordHash: '' },
      })
      expect(createdAt.toISOString()).toBe('2031-05-01T12:00:00.000Z')
    } finally {
      vi.useRealTimers()
    }
  })
})
