import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { beforeEach, expect, test, vi } from 'vitest'
import { flowsSettled, keepExchange } from './recording/journal.ts'
import { recording } from './testing/exchanges.ts'
import { createFlowWatch, type FlowChange } from './watch.ts'

let database: Database
beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
  return () => database.close()
})

const fail = (error: unknown) => expect.unreachable(String(error))

/** A client is challenged just now. */
async function challenged(id: string): Promise<void> {
  const { exchange, heads } = recording()
  exchange(0, 'challenge', { correlationId: id, agent: id })
  const head = { ...heads[0]!, id, at: new Date(), content: { request: { url: '/', headers: {} } } }
  keepExchange(database, () => head, fail)
  await flowsSettled(database)
}

/** What a follower is told. */
async function follow(watch: ReturnType<typeof createFlowWatch>) {
  const told: string[] = []
  const listener = (change: FlowChange) =>
    told.push(change.kind === 'gone' ? `gone ${change.id}` : change.flow.id)
  let stop = () => {}
  await new Promise<void>((ready) => {
    stop = watch.follow(listener, ready)
  })
  return { told, stop }
}

test('a follower is told what happens from then on, and nothing once it has left', async () => {
  const watch = createFlowWatch(database, fail)
  await challenged('before')
  const first = await follow(watch)
  const second = await follow(watch)
  await challenged('one')
  await vi.waitFor(() => expect([first.told, second.told]).toEqual([['one'], ['one']]), 10_000)
  first.stop()
  await challenged('two')
  await vi.waitFor(() => expect(second.told).toEqual(['one', 'two']), 10_000)
  second.stop()
  await challenged('three')
  const third = await follow(watch)
  await challenged('four')
  await vi.waitFor(() => expect(third.told).toEqual(['four']), 10_000)
  expect(first.told).toEqual(['one'])
  third.stop()
})

test('a database that fails is told about, and looked at again', async () => {
  const failures: unknown[] = []
  const watch = createFlowWatch(database, (error) => failures.push(error))
  const { told, stop } = await follow(watch)
  await database.prisma.$executeRawUnsafe('ALTER TABLE "AuditEvent" RENAME TO "Away"')
  await challenged('one')
  await vi.waitFor(() => expect(failures).toHaveLength(1), 10_000)
  expect(told).toEqual([])
  await database.prisma.$executeRawUnsafe('ALTER TABLE "Away" RENAME TO "AuditEvent"')
  await challenged('two')
  await vi.waitFor(() => expect(told.toSorted()).toEqual(['one', 'two']), 10_000)
  stop()
})
