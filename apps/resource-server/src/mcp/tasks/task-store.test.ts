import { migrate } from '@neonpanel/database/migrate'
import { openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toolOfTask } from './task.ts'
import { createTaskJournal } from './task-journal.ts'
import { createTaskStore } from './task-store.ts'
import { createTaskTable } from './task-table.ts'

const owner = 'person and client'

/** Two processes on one database, of which the first runs the tasks. */
async function open() {
  const database = await openDatabase('memory:')
  await migrate(database)
  const table = createTaskTable(database)
  return {
    database,
    here: createTaskStore(table, 'boot-1'),
    there: createTaskStore(table, 'boot-2'),
    journal: createTaskJournal(table),
  }
}

let opened: Awaited<ReturnType<typeof open>>

beforeEach(async () => {
  opened = await open()
})

afterEach(async () => {
  resetClock()
  await opened.database.close()
})

describe('a task in the database', () => {
  test('has an id that says its tool, and nothing but what it is', async () => {
    const task = (await opened.here.create('import_items', owner))!
    expect(toolOfTask(task.taskId)).toBe('import_items')
    expect(await opened.there.find(task.taskId, owner)).toEqual(task)
    expect(Object.keys(task)).toEqual([
      'taskId',
      'status',
      'createdAt',
      'lastUpdatedAt',
      'ttlMs',
      'pollIntervalMs',
    ])
  })

  test('is nobody else’s', async () => {
    const { taskId } = (await opened.here.create('import_items', owner))!
    expect(await opened.here.find(taskId, 'stranger')).toBeUndefined()
    expect(await opened.here.respond(taskId, 'stranger', {})).toBe(false)
    expect(await opened.here.requestCancel(taskId, 'stranger')).toBe(false)
  })

  test('stays as it ended first', async () => {
    const { taskId } = (await opened.here.create('import_items', owner))!
    await opened.journal.finish(taskId, { status: 'completed', result: { content: [] } })
    await opened.journal.finish(taskId, { status: 'cancelled' })
    expect(await opened.journal.ask(taskId, { '1.a': {} })).toBe(false)
    expect(await opened.journal.say(taskId, 'again')).toBe(false)
    expect(await opened.there.find(taskId, owner)).toMatchObject({
      status: 'completed',
      result: { content: [] },
    })
  })

  test('can be had for a quarter of an hour after a late end', async () => {
    const { taskId } = (await opened.here.create('import_items', owner))!
    advanceClock(59 * 60_000)
    await opened.journal.finish(taskId, { status: 'completed', result: {} })
    advanceClock(14 * 60_000)
    expect(await opened.there.find(taskId, owner)).toMatchObject({ status: 'completed' })
    advanceClock(2 * 60_000)
    expect(await opened.there.find(taskId, owner)).toBeUndefined()
    await opened.there.sweep()
    expect(await opened.database.prisma.mcpTask.count()).toBe(0)
  })

  test('is one of a hundred of its owner, however many are asked for at once', async () => {
    const { here, there, database } = opened
    const stores = Array.from({ length: 110 }, (_, index) => (index % 2 ? here : there))
    const tasks = await Promise.all(stores.map((store) => store.create('import_items', owner)))
    expect(tasks.filter((task) => task === undefined).length).toBeGreaterThanOrEqual(10)
    expect(await database.prisma.mcpTask.count()).toBeLessThanOrEqual(100)
    expect(await here.create('import_items', 'stranger')).toBeDefined()
  })

  test('tells of its questions and their answers once', async () => {
    const { here, there, journal } = opened
    const { taskId } = (await here.create('import_items', owner))!
    await journal.ask(taskId, { '1.a': { method: 'x' }, '1.b': { method: 'y' } })
    await there.respond(taskId, owner, { '1.a': 1, '2.a': 2 })
    await there.respond(taskId, owner, { '1.a': 'too late' })
    expect(await here.find(taskId, owner)).toMatchObject({
      status: 'input_required',
      inputRequests: { '1.b': { method: 'y' } },
    })
    expect(await journal.commandFor(taskId)).toEqual({ taskId, cancel: false })
    await there.respond(taskId, owner, { '1.b': 3 })
    expect((await here.find(taskId, owner))?.status).toBe('working')
    const commands = await journal.beat([taskId])
    expect(commands.get(taskId)).toEqual({
      taskId,
      cancel: false,
      responses: { '1.a': 1, '1.b': 3 },
    })
    await journal.forgetResponses(taskId)
    expect(await journal.commandFor(taskId)).toEqual({ taskId, cancel: false })
  })
})

describe('a task whose process is silent', () => {
  test('goes on as long as it says so', async () => {
    const { taskId } = (await opened.here.create('import_items', owner))!
    advanceClock(9_000)
    await opened.journal.beat([taskId])
    advanceClock(9_000)
    expect((await opened.there.find(taskId, owner))?.status).toBe('working')
  })

  test('has failed for every other process', async () => {
    const { taskId } = (await opened.here.create('import_items', owner))!
    advanceClock(11_000)
    expect((await opened.here.find(taskId, owner))?.status).toBe('working')
    const failed = await opened.there.find(taskId, owner)
    expect(failed).toMatchObject({ status: 'failed', error: { code: -32_603 } })
    expect(failed?.statusMessage).toBe(failed?.error?.message)
    await opened.journal.finish(taskId, { status: 'completed', result: {} })
    expect((await opened.here.find(taskId, owner))?.status).toBe('failed')
  })
})
