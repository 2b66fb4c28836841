import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLease } from './lease.ts'

let database: Database
beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
  return () => database.close()
})
afterEach(resetClock)

const lease = (name = 'work', ttlSeconds = 60) => createLease(database, name, ttlSeconds)

test('of several who ask, one has it', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => lease().take()))
  expect(answers.filter(Boolean)).toHaveLength(1)
})

test('who has it keeps it for as long as it asks in time', async () => {
  const [mine, other] = [lease(), lease()]
  expect(await mine.take()).toBe(true)
  for (let round = 0; round < 3; round += 1) {
    advanceClock(45_000)
    expect(await other.take()).toBe(false)
    expect(await mine.take()).toBe(true)
  }
})

test('who is gone loses it after its time, and not before', async () => {
  const [gone, other, third] = [lease(), lease(), lease()]
  await gone.take()
  advanceClock(59_000)
  expect(await other.take()).toBe(false)
  advanceClock(2_000)
  expect(await other.take()).toBe(true)
  expect(await third.take()).toBe(false)
  expect(await gone.take()).toBe(false)
})

test('what is given back is free at once', async () => {
  const [mine, other] = [lease(), lease()]
  await mine.take()
  await mine.release()
  expect(await other.take()).toBe(true)
})

test('nobody gives back what another one has', async () => {
  const [mine, other] = [lease(), lease()]
  await mine.take()
  await other.release()
  expect(await other.take()).toBe(false)
})

test('one name does not hinder another', async () => {
  expect(await lease('work').take()).toBe(true)
  expect(await lease('other work').take()).toBe(true)
})
