import { migrate } from '@neonpanel/database/migrate'
import { openDatabase } from '@neonpanel/database/open'
import { createLog } from '@neonpanel/process/log'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { WebHandler } from '../hand-over.ts'
import { answerCallsWithTasks, type CallGates } from './task-calls.ts'
import { createTaskJournal } from './task-journal.ts'
import { createTaskRunner } from './task-runner.ts'
import { createTaskStore } from './task-store.ts'
import { createTaskTable } from './task-table.ts'

const log = createLog({ level: 'silent', format: 'json' })
const never = 3_600_000

/** Calls of a tool that becomes a task after a while; `next` is what answers in the end. */
async function open(next: WebHandler, afterMs: number) {
  const database = await openDatabase('memory:')
  await migrate(database)
  const table = createTaskTable(database)
  const store = createTaskStore(table, 'boot')
  const runner = createTaskRunner({ journal: createTaskJournal(table), log })
  onTestFinished(async () => {
    await runner.close()
    await database.close()
  })
  const gates: CallGates = { admitted: new WeakMap(), refused: new WeakSet() }
  const pass: WebHandler = (request, options) => {
    gates.admitted.get(request)?.()
    return next(request, options)
  }
  const supports = new Map([['work', { afterMs }]])
  const handler = answerCallsWithTasks({ next: pass, supports, gates, store, runner, meta: {} })
  const call = (signal: AbortSignal, parsedBody: unknown = message) => {
    const request = new Request('http://localhost/mcp', { method: 'POST', signal })
    const accessToken = { personId: 'person', clientId: 'client' }
    const authInfo = { token: '', clientId: '', scopes: [], extra: { caller: { accessToken } } }
    return handler(request, { authInfo, parsedBody })
  }
  return { call, tasks: database.prisma.mcpTask }
}

const extensions = { 'io.modelcontextprotocol/tasks': {} }
const message = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: {
    name: 'work',
    _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions } },
  },
}

const result = { resultType: 'complete', content: [] }
const answer = () => Response.json({ jsonrpc: '2.0', id: 7, result })

function whenAborted(signal: AbortSignal): Promise<Response> {
  const broken = new Response(null, { status: 499 })
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(broken)))
}

test('a call that is answered in time has its answer, and leaves no task', async () => {
  const { call, tasks } = await open(async () => answer(), never)
  const response = await call(new AbortController().signal)
  expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 7, result })
  expect(await tasks.count()).toBe(0)
})

test('a call that is answered on a stream has the answer, without what came before', async () => {
  const events = [
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } },
    { jsonrpc: '2.0', id: 7, result },
  ].map((event) => `event: message\ndata: ${JSON.stringify(event)}\n\n`)
  const stream = async () =>
    new Response(`: alive\n\n${events.join('')}`, {
      headers: { 'Content-Type': 'text/event-stream' },
    })
  const { call } = await open(stream, never)
  const response = await call(new AbortController().signal)
  expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 7, result })
})

test('a call that takes longer is a task, whose caller may leave', async () => {
  const { promise, resolve } = Promise.withResolvers<Response>()
  let began: AbortSignal | undefined
  const { call, tasks } = await open(async ({ signal }) => {
    began = signal
    return promise
  }, 1)
  const caller = new AbortController()
  const response = await call(caller.signal)
  expect(await response.json()).toMatchObject({
    id: 7,
    result: { resultType: 'task', status: 'working' },
  })
  caller.abort()
  expect(began?.aborted).toBe(false)
  resolve(answer())
  await vi.waitFor(async () =>
    expect(await tasks.findFirst()).toMatchObject({ status: 'completed' }),
  )
})

test('a caller who leaves before ends the call, and there is no task', async () => {
  const { call, tasks } = await open(({ signal }) => whenAborted(signal), never)
  const caller = new AbortController()
  const response = call(caller.signal)
  caller.abort()
  expect((await response).status).toBe(499)
  expect(await tasks.count()).toBe(0)
})

test('a call that does not pass the gates is refused as it would be, and is no task', async () => {
  const refusal = { jsonrpc: '2.0', id: 7, error: { code: -32_020, message: 'mismatch' } }
  const handler: WebHandler = async () => Response.json(refusal, { status: 400 })
  const { tasks, call } = await open(handler, never)
  const response = await call(new AbortController().signal)
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual(refusal)
  expect(await tasks.count()).toBe(0)
})

test('the call is made with everything but the client’s progress token', async () => {
  const bodies: unknown[] = []
  const { call } = await open(async (_request, { parsedBody }) => {
    bodies.push(parsedBody)
    return answer()
  }, never)
  await call(new AbortController().signal)
  const { params } = message
  const _meta = { ...params._meta, progressToken: 'task' }
  expect(bodies).toEqual([{ ...message, params: { ...params, _meta } }])
})

test.each([
  null,
  7,
  [],
  [message],
  { ...message, params: null },
  { ...message, params: 'work' },
  { ...message, params: { name: 'work' } },
  { ...message, params: { name: 'work', _meta: null } },
  { ...message, params: { name: ['work'], _meta: message.params._meta } },
  { ...message, params: { name: 'constructor', _meta: message.params._meta } },
  { ...message, method: 'tools/list' },
])('what is no call that can be a task is handed on as it came: %j', async (body) => {
  const handed: unknown[] = []
  const { call, tasks } = await open(async (_request, { parsedBody }) => {
    handed.push(parsedBody)
    return answer()
  }, 0)
  await call(new AbortController().signal, body)
  expect(handed).toEqual([body])
  expect(await tasks.count()).toBe(0)
})
