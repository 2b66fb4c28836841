import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { counterKey, failureCounter, forgetFailures } from './failure-counter.ts'

const limit = { name: 'test', failures: 3, windowSeconds: 60 }
let database: Database

beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
})

afterEach(async () => {
  resetClock()
  await database.close()
})

const rows = () => database.prisma.rateLimiterFlexible.count()

describe('a counter of failures', () => {
  test('pauses a key from the last failure that it may make, and no other key', async () => {
    const counter = failureCounter(database, limit)
    expect(await counter.failed('a')).toBe(0)
    expect(await counter.failed('a')).toBe(0)
    expect(await counter.failed('a')).toBeGreaterThan(50)
    expect(counter.pauseSeconds('a')).toBeGreaterThan(50)
    expect(counter.pauseSeconds('b')).toBe(0)
  })

  test('lets the key go when the window is over', async () => {
    const counter = failureCounter(database, limit)
    for (let n = 0; n < 3; n++) await counter.failed('a')
    advanceClock(61_000)
    expect(counter.pauseSeconds('a')).toBe(0)
    expect(await counter.failed('a')).toBe(0)
  })

  test('counts all of many at one moment', async () => {
    const counter = failureCounter(database, limit)
    const pauses = await Promise.all(Array.from({ length: 20 }, () => counter.failed('a')))
    expect(pauses.filter((pause) => pause === 0)).toHaveLength(2)
  })

  test('forgets after a success, and asks the database only when there is something to forget', async () => {
    const counter = failureCounter(database, limit)
    await counter.failed('a')
    await counter.failed('a')
    await counter.succeeded('a')
    expect(await rows()).toBe(0)
    expect(await counter.failed('a')).toBe(0)
  })

  test('takes back what was none', async () => {
    const counter = failureCounter(database, limit)
    for (let n = 0; n < 10; n++) {
      expect(await counter.failed('a')).toBe(0)
      await counter.takeBack('a')
    }
  })

  test('writes nothing more about a key that is paused', async () => {
    const counter = failureCounter(database, limit)
    for (let n = 0; n < 9; n++) await counter.failed('a')
    const [row] = await database.prisma.rateLimiterFlexible.findMany()
    expect(row?.points).toBe(3)
  })

  test('sees what another process counted', async () => {
    const here = failureCounter(database, limit)
    await here.failed('a')
    await here.failed('a')
    forgetFailures(database)
    const there = failureCounter(database, limit)
    expect(await there.failed('a')).toBeGreaterThan(0)
  })

  test('is not moved by a clock that was put back', async () => {
    const counter = failureCounter(database, limit)
    advanceClock(86_400_000)
    for (let n = 0; n < 3; n++) await counter.failed('a')
    resetClock()
    expect(counter.pauseSeconds('a')).toBe(0)
  })

  test('counts on without the database', async () => {
    const closed = await openDatabase('memory:')
    await closed.close()
    const counter = failureCounter(closed, limit)
    expect(await counter.failed('a')).toBe(0)
    expect(await counter.failed('a')).toBe(0)
    expect(await counter.failed('a')).toBeGreaterThan(0)
  })

  test('tells nobody what it counts', async () => {
    await failureCounter(database, limit).failed(counterKey('client', '192.0.2.1'))
    expect(JSON.stringify(await database.prisma.rateLimiterFlexible.findMany())).not.toMatch(
      /192\.0\.2/,
    )
  })
})
