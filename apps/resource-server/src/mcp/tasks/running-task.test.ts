import { migrate } from '@neonpanel/database/migrate'
import { openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { createLog } from '@neonpanel/process/log'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { BackgroundCall } from './background-call.ts'
import type { RpcAnswer } from './rpc-answer.ts'
import { followTask } from './running-task.ts'
import type { JsonObject } from './task.ts'
import { createTaskJournal } from './task-journal.ts'
import { createTaskRunner } from './task-runner.ts'
import { createTaskStore } from './task-store.ts'
import { createTaskTable } from './task-table.ts'

const owner = 'person and client'
const log = createLog({ level: 'silent', format: 'json' })

async function open() {
  const database = await openDatabase('memory:')
  onTestFinished(() => database.close())
  await migrate(database)
  const table = createTaskTable(database)
  return { store: createTaskStore(table, 'boot'), journal: createTaskJournal(table) }
}

interface Script {
  /** One for each round; a call that is broken off has none. */
  readonly answers: readonly (RpcAnswer | Promise<RpcAnswer | undefined> | undefined)[]
  readonly work?: Promise<JsonObject>
  readonly progress?: string
}

/** A call with known answers, and what was sent with every round but the first. */
function scripted({ answers, work, progress }: Script) {
  const [first, ...later] = answers
  const sent: object[] = []
  const call: BackgroundCall = {
    first: Promise.resolve(first).then((answer) => ({ status: 200, answer })),
    stop: new AbortController(),
    progress: () => progress,
    async again(answered) {
      sent.push(answered)
      return later.shift()
    },
    workResult: async () => work,
  }
  return { call, sent }
}

const asking = (inputRequests: JsonObject, requestState?: string): RpcAnswer => ({
  result: { resultType: 'input_required', inputRequests, ...(requestState && { requestState }) },
})

const done = { result: { resultType: 'complete', content: [] } }
const untilStopped = (signal: AbortSignal) =>
  new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))

test('a tool that asks twice gets both answers under its own names', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('ask', owner))!
  const question = { method: 'elicitation/create' }
  const { call, sent } = scripted({
    answers: [asking({ name: question }, 'sealed'), asking({ name: question }), done],
  })
  const task = followTask(taskId, { call, journal, log })
  for (const round of ['1', '2']) {
    const key = `${round}.name`
    await vi.waitFor(async () => {
      expect((await store.find(taskId, owner))?.inputRequests).toEqual({ [key]: question })
    })
    await store.respond(taskId, owner, { [key]: { action: 'accept', content: { round } } })
    await task.obey((await journal.commandFor(taskId))!)
  }
  expect(await task.ends).toEqual({ status: 'completed', result: done.result })
  expect(sent).toEqual([
    {
      inputResponses: { name: { action: 'accept', content: { round: '1' } } },
      requestState: 'sealed',
    },
    { inputResponses: { name: { action: 'accept', content: { round: '2' } } } },
  ])
})

test('answers of the round before are not taken for those of this one', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('ask', owner))!
  const { call, sent } = scripted({ answers: [asking({ name: {} }), asking({ name: {} }), done] })
  const task = followTask(taskId, { call, journal, log })
  const asked = (key: string) =>
    vi.waitFor(async () => {
      expect((await store.find(taskId, owner))?.inputRequests).toHaveProperty([key])
    })
  const late = { taskId, cancel: false, responses: { '1.name': { action: 'accept' } } }
  await asked('1.name')
  await task.obey(late)
  await asked('2.name')
  await task.obey(late)
  expect(sent).toHaveLength(1)
  task.stop()
  await task.ends
})

test('a tool that has something to do between two rounds is called again', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('ask', owner))!
  const { call, sent } = scripted({ answers: [asking({}, 'sealed'), done] })
  expect(await followTask(taskId, { call, journal, log }).ends).toMatchObject({
    status: 'completed',
  })
  expect(sent).toEqual([{ inputResponses: {}, requestState: 'sealed' }])
})

test.each([
  ['had done its work', Promise.resolve({ content: [] }), 'completed'],
  ['gave up', Promise.resolve({ content: [], isError: true }), 'cancelled'],
  ['asks', Promise.resolve({ resultType: 'input_required' }), 'cancelled'],
  ['says nothing', undefined, 'cancelled'],
])('a cancelled call whose tool %s ends as it did', async (_what, work, status) => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('work', owner))!
  const stop = new AbortController()
  const { call } = scripted({
    answers: [untilStopped(stop.signal)],
    ...(work && { work }),
  })
  const task = followTask(taskId, { call: { ...call, stop }, journal, log })
  await task.obey({ taskId, cancel: true, responses: undefined })
  expect((await task.ends).status).toBe(status)
})

test('a JSON-RPC error fails a task, and a call that throws does not say why', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('work', owner))!
  const error = { code: -32_602, message: 'Invalid' }
  const failing = followTask(taskId, { ...scripted({ answers: [{ error }] }), journal, log })
  expect(await failing.ends).toEqual({ status: 'failed', error })
  const throwing = scripted({ answers: [Promise.reject(new Error('password is hunter2'))] })
  const end = await followTask(taskId, { ...throwing, journal, log }).ends
  expect(end.status).toBe('failed')
  expect(JSON.stringify(end)).not.toContain('hunter2')
})

test('a process that stops fails its tasks, and says that it was stopped', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('work', owner))!
  const runner = createTaskRunner({ journal, log })
  const stop = new AbortController()
  const { call } = scripted({ answers: [untilStopped(stop.signal)] })
  runner.run(taskId, { ...call, stop })
  await runner.close()
  expect(await store.find(taskId, owner)).toMatchObject({
    status: 'failed',
    statusMessage: expect.stringContaining('was stopped'),
  })
})

test('a process that stops does not wait for a tool that does not', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('work', owner))!
  const runner = createTaskRunner({ journal, log, stopsWithinMs: 1 })
  const { call } = scripted({ answers: [undefined], work: new Promise(() => {}) })
  runner.run(taskId, call)
  await runner.close()
  expect(await store.find(taskId, owner)).toMatchObject({
    status: 'failed',
    statusMessage: expect.stringContaining('Look whether it took effect'),
  })
})

test('a task tells its progress, and hears what it was not told, with a heartbeat', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('work', owner))!
  const deaf = { ...journal, onChange: () => () => {} }
  const runner = createTaskRunner({ journal: deaf, log })
  onTestFinished(() => runner.close())
  const stop = new AbortController()
  const { call } = scripted({ answers: [untilStopped(stop.signal)], progress: '3 of 7' })
  runner.run(taskId, { ...call, stop })
  const find = () => store.find(taskId, owner)
  const patience = { timeout: 10_000 }
  await vi.waitFor(async () => expect((await find())?.statusMessage).toBe('3 of 7'), patience)
  await store.requestCancel(taskId, owner)
  await vi.waitFor(async () => expect((await find())?.status).toBe('cancelled'), patience)
})

test('a task that nobody can ask for any more is ended', async () => {
  const { store, journal } = await open()
  const { taskId } = (await store.create('ask', owner))!
  const runner = createTaskRunner({ journal, log })
  onTestFinished(() => runner.close())
  const { call } = scripted({ answers: [asking({ name: {} })] })
  runner.run(taskId, call)
  await vi.waitFor(async () => {
    expect((await store.find(taskId, owner))?.status).toBe('input_required')
  })
  advanceClock(3_601_000)
  onTestFinished(resetClock)
  await vi.waitFor(() => expect(call.stop.signal.aborted).toBe(true), { timeout: 10_000 })
})
