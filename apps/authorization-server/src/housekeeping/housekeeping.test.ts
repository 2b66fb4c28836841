import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { createLog } from '@neonpanel/process/log'
import { createMetrics } from '@neonpanel/process/metrics'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { auditSettled } from '../audit/audit.ts'
import { parseConfig } from '../config.ts'
import { loadSigningKeys } from '../provider/signing-keys.ts'
import { startServer } from '../testing/server.ts'
import { type Housekeeping, startHousekeeping } from './housekeeping.ts'

const appSecrets = ['A'.repeat(43)] as const
const daysMs = 86_400_000

let database: Database
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  database = await openDatabase('memory:')
  await migrate(database)
  await loadSigningKeys({ database, appSecrets })
  return async () => {
    vi.useRealTimers()
    resetClock()
    await database.close()
  }
})

const processes: Housekeeping[] = []
afterEach(async () => {
  for (const one of processes.splice(0)) await one.stop()
})

/** As one of several processes. */
function keeper() {
  const metrics = createMetrics('authorization-server')
  const one = startHousekeeping({
    config: parseConfig({}),
    database,
    log: createLog({ level: 'silent', format: 'json' }),
    metrics,
    appSecrets,
    reloadSigningKeys: async () => {},
  })
  processes.push(one)
  const figure = async (name: string) =>
    (await metrics.registry.metrics()).split('\n').find((line) => line.startsWith(name))
  return { ...one, figure }
}

const expired = (count: number) =>
  database.prisma.oidcRecord.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      kind: 'Session',
      idHash: String(index),
      payload: '{}',
      createdAt: new Date(0),
      expiresAt: new Date(0),
    })),
  })
const remaining = () => database.prisma.oidcRecord.count()

test('one process at a time keeps house, and its metrics tell', async () => {
  const [first, second] = [keeper(), keeper()]
  await expired(3)
  const reaped = 'reaped_rows_total{table="OidcRecord"'
  expect(await first.figure(reaped)).toMatch(/ 0$/)
  expect(await Promise.all([first.run(), second.run()])).toEqual([true, false])
  expect(await first.figure(reaped)).toMatch(/ 3$/)
  expect(await second.figure(reaped)).toMatch(/ 0$/)
  expect(await first.figure('housekeeping_last_success_timestamp_seconds')).toMatch(/ \d{10}/)
  await first.stop()
  expect(await second.run()).toBe(true)
})

test('it comes by the clock, again and again', async () => {
  keeper()
  await expired(1)
  await vi.advanceTimersByTimeAsync(59_000)
  expect(await remaining()).toBe(1)
  await vi.advanceTimersByTimeAsync(1_000)
  await expect.poll(remaining).toBe(0)
  await expired(1)
  await vi.advanceTimersByTimeAsync(300_000)
  await expect.poll(remaining).toBe(0)
})

test('nothing is deleted by a clock that somebody shifted for a test', async () => {
  const one = keeper()
  await database.prisma.oidcRecord.create({
    data: {
      kind: 'Session',
      idHash: 'live',
      payload: '{}',
      expiresAt: new Date(Date.now() + daysMs),
    },
  })
  advanceClock(2 * daysMs)
  await vi.advanceTimersByTimeAsync(400_000)
  expect(await remaining()).toBe(1)
  expect(await one.run()).toBe(true)
  expect(await remaining()).toBe(0)
})

test('a stopped process keeps house no more', async () => {
  const one = keeper()
  await one.stop()
  await expired(1)
  await vi.advanceTimersByTimeAsync(400_000)
  expect(await one.run()).toBe(false)
  expect(await remaining()).toBe(1)
})

test('a failed round is not the last one', async () => {
  const one = keeper()
  await database.prisma.$executeRawUnsafe('ALTER TABLE "RevokedAccessToken" RENAME TO "Away"')
  await expect(one.run()).rejects.toThrow()
  await database.prisma.$executeRawUnsafe('ALTER TABLE "Away" RENAME TO "RevokedAccessToken"')
  await expired(1)
  expect(await one.run()).toBe(true)
  expect(await remaining()).toBe(0)
})

test('signing keys that are due are rotated, by one of several, and the log knows who did it', async () => {
  const processes = [keeper(), keeper(), keeper()]
  advanceClock(91 * daysMs)
  await Promise.all(processes.map((one) => one.run()))
  expect(await database.prisma.signingKey.count()).toBe(4)
  await auditSettled(database)
  const events = await database.prisma.auditEvent.findMany()
  expect(events.map(({ type, detail }) => [type, detail])).toEqual([
    ['signing_keys.rotated', '{"by":"schedule"}'],
  ])
})

test('a server keeps house, and shows it', async () => {
  vi.useRealTimers()
  await using server = await startServer({ APP_SECRET: appSecrets[0] }, database)
  const answer = await fetch(`${server.issuer}/metrics`)
  expect(await answer.text()).toContain('reaped_rows_total{table="Client"')
})
