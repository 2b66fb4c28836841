import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Database } from '../database.ts'
import { openDatabase } from '../open.ts'
import { statement } from '../statement.ts'
import { createScratchDatabase, type ScratchDatabase } from '../testing/scratch-postgres.ts'

/** The connections that have come to listening: what comes first on them is LISTEN. */
const listening = `FROM pg_stat_activity WHERE datname = current_database()
  AND application_name = 'neonpanel announcements' AND state = 'idle' AND query <> ''`
const listeningBackends = statement('test_listening_backends', `SELECT pid ${listening}`)
const killListeners = statement(
  'test_kill_listeners',
  `SELECT pid, pg_terminate_backend(pid) AS "killed" ${listening}`,
)
const rawNotify = statement('test_raw_notify', 'SELECT pg_notify($1, $2)')

let scratch: ScratchDatabase
const opened: Database[] = []
const patience = { timeout: 15_000, interval: 20 }

beforeAll(async () => {
  scratch = await createScratchDatabase()
})
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close()
})
afterAll(() => scratch[Symbol.asyncDispose]())

async function open(): Promise<Database> {
  const database = await openDatabase(scratch.url, { connections: 2 })
  opened.push(database)
  return database
}

const countListening = async ({ query }: Database) => (await query(listeningBackends, [])).length

/** A process that listens, and what it has heard. */
async function openListener(channel = 'one') {
  const database = await open()
  const before = await countListening(database)
  const heard: string[] = []
  database.announcements.listen(channel, (message) => heard.push(message))
  await vi.waitFor(async () => expect(await countListening(database)).toBe(before + 1), patience)
  return { database, heard }
}

test('an announcement reaches every process on the database, its own too, each once', async () => {
  const [near, far] = [await openListener(), await openListener()]
  const elsewhere = await openListener('other')
  for (const message of ['first', 'two\nlines', 'last']) {
    await near.database.announcements.announce('one', message)
  }
  await vi.waitFor(() => expect(far.heard).toEqual(['first', 'two\nlines', 'last']), patience)
  expect(near.heard).toEqual(['first', 'two\nlines', 'last'])
  // What came over the server came in order: an echo of its own would have been there before this.
  await far.database.announcements.announce('one', 'back')
  await vi.waitFor(() => expect(near.heard).toEqual([...far.heard]), patience)
  expect(elsewhere.heard).toEqual([])
})

test('the longest message that is taken arrives', async () => {
  const [near, far] = [await openListener(), await openListener()]
  const longest = 'x'.repeat(7_897)
  await near.database.announcements.announce('one', longest)
  await vi.waitFor(() => expect(far.heard).toEqual([longest]), patience)
})

test('whoever only announces holds no connection to listen on', async () => {
  const listener = await openListener()
  const announcer = await open()
  await announcer.announcements.announce('one', 'told')
  await vi.waitFor(() => expect(listener.heard).toEqual(['told']), patience)
  expect(await countListening(announcer)).toBe(1)
})

test('several listeners of a process share one connection', async () => {
  const { database } = await openListener()
  database.announcements.listen('two', () => {})
  database.announcements.listen('one', () => {})
  await database.announcements.announce('two', 'told')
  expect(await countListening(database)).toBe(1)
})

test('a listener whose connection the server killed listens again', async () => {
  const listener = await openListener()
  const announcer = await open()
  for (const round of [1, 2, 3]) {
    const killed = await announcer.query<{ pid: number; killed: boolean }>(killListeners, [])
    expect(killed).toMatchObject([{ killed: true }])
    await vi.waitFor(async () => {
      const [backend, ...more] = await announcer.query<{ pid: number }>(listeningBackends, [])
      expect(more).toEqual([])
      expect(backend?.pid).toEqual(expect.any(Number))
      expect(backend?.pid).not.toBe(killed[0]?.pid)
    }, patience)
    await announcer.announcements.announce('one', `after ${round}`)
    await vi.waitFor(() => expect(listener.heard.at(-1)).toBe(`after ${round}`), patience)
  }
  expect(listener.heard).toHaveLength(3)
})

test('what somebody else notifies on the channel of the server is passed over', async () => {
  const listener = await openListener()
  const announcer = await open()
  for (const noise of ['', 'noise', 'someone\none']) {
    await announcer.query(rawNotify, ['neonpanel_announcements', noise])
  }
  await announcer.announcements.announce('one', 'told')
  await vi.waitFor(() => expect(listener.heard.at(-1)).toBe('told'), patience)
  expect(listener.heard.filter((message) => message !== '')).toEqual(['told'])
})

test('closing ends the connection, also while it is being made', async () => {
  const watcher = await open()
  const { database } = await openListener()
  await database.close()
  await vi.waitFor(async () => expect(await countListening(watcher)).toBe(0), patience)
  const hasty = await open()
  hasty.announcements.listen('one', () => {})
  await hasty.close()
  await vi.waitFor(async () => expect(await countListening(watcher)).toBe(0), patience)
})
