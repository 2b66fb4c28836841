import { startStack } from '@neonpanel/stack'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { claude } from '@neonpanel/testing-kit/client/oauth-client'
import { afterAll, describe, expect } from 'vitest'
import { taskTools } from '../conformance/fixtures/task-tools.ts'
import { passTime } from '../harness/clock.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { openSession } from '../harness/mcp.ts'
import { freshDatabase, quietEnvironment } from '../harness/stack.ts'
import { messageWith, taskCapabilities, taskClient } from '../harness/tasks.ts'
import { verifies } from '../verifies.ts'

const { variables, remove } = await freshDatabase()
const stack = await startStack({
  environment: { ...quietEnvironment, ...variables, REVOCATION_CHECK_SECONDS: '0' },
  parts: [taskTools],
})
afterAll(async () => {
  await stack.stop()
  await remove()
})

const scope = 'read:companies read:inventory'
const { access_token: token } = await tokensFor(stack, { scope })
const client = taskClient(stack.mcpUrl, token)
const plain = taskClient(stack.mcpUrl, token, {})

const extensions = { 'io.modelcontextprotocol/tasks': {} }
const methods = ['tasks/get', 'tasks/update', 'tasks/cancel'] as const
const accept = (content: Record<string, unknown>) => ({ action: 'accept', content })

describe('the tasks extension', () => {
  verifies('tasks-advertised', 'is named by server/discover and by no session', async () => {
    const { rpc } = await plain.send('server/discover', {})
    expect(rpc.result?.capabilities).toMatchObject({ extensions })
    expect(rpc.result?.capabilities).not.toHaveProperty('tasks')
    const { opened, request } = await openSession(stack.mcpUrl, token, '2025-11-25')
    expect(opened.rpc.result?.capabilities).not.toHaveProperty('extensions')
    const asked = { jsonrpc: '2.0', id: 5, method: 'tasks/get', params: { taskId: 'a.b' } }
    expect((await request(asked)).rpc.error?.code).toBe(-32_601)
  })

  verifies('tasks-declared', 'gives a task to a request that declares it', async () => {
    const { status, rpc } = await client.call('slow_compute', { seconds: 0, label: 'a' })
    expect(status).toBe(200)
    expect(rpc.result).toMatchObject({
      resultType: 'task',
      status: 'working',
      taskId: expect.stringMatching(/^slow_compute\.[\w-]{24}$/),
      ttlMs: 3_600_000,
      pollIntervalMs: 1_000,
    })
    expect(rpc.result).not.toHaveProperty('content')
    expect(rpc.result).not.toHaveProperty('requestState')
  })

  verifies('tasks-declared', 'gives others the plain result, and none of its methods', async () => {
    const { rpc } = await plain.call('slow_compute', { seconds: 0, label: 'a' })
    expect(rpc.result).toMatchObject({ resultType: 'complete', content: [{ type: 'text' }] })
    const taskId = await client.begin('slow_compute', { seconds: 0 })
    for (const method of methods) {
      const { status, rpc: refusal } = await plain.send(method, { taskId, inputResponses: {} })
      expect(status).toBe(400)
      expect(refusal.error).toMatchObject({
        code: -32_021,
        data: { requiredCapabilities: { extensions } },
      })
    }
  })

  verifies('tasks-required', 'is asked for by a tool that cannot do without', async () => {
    const { status, rpc } = await plain.call('failing_job')
    expect(status).toBe(400)
    expect(rpc.error).toMatchObject({
      code: -32_021,
      data: { requiredCapabilities: { extensions } },
    })
  })

  verifies('tasks-headers', 'compares Mcp-Name with the body before anything runs', async () => {
    const before = await stack.database.prisma.mcpTask.count()
    const name = 'slow_compute'
    const called = { name, arguments: { seconds: 0 } }
    const refused = await client.send('tools/call', called, { 'mcp-name': 'greet' })
    expect(refused.status).toBe(400)
    expect(refused.rpc.error?.code).toBe(-32_020)
    expect(await stack.database.prisma.mcpTask.count()).toBe(before)
    const taskId = await client.begin(name, { seconds: 0 })
    for (const method of methods) {
      const { status, rpc } = await client.send(
        method,
        { taskId, inputResponses: {} },
        { 'mcp-name': `${taskId}x` },
      )
      expect(status).toBe(400)
      expect(rpc.error?.code).toBe(-32_020)
    }
  })
})

describe('a task', () => {
  verifies('tasks-durable', 'is found as soon as its creation is answered', async () => {
    const taskId = await client.begin('slow_compute', { seconds: 60 })
    const task = await client.get(taskId)
    expect(task).toMatchObject({ resultType: 'complete', taskId, status: 'working' })
    expect(task).not.toHaveProperty('result')
    await client.send('tasks/cancel', { taskId })
  })

  verifies('tasks-result', 'is completed by a result', async () => {
    const taskId = await client.begin('slow_compute', { seconds: 0, label: 'sums' })
    const { result, error } = await client.reaches(taskId, 'completed')
    expect(result?.content[0]?.text).toBe('Computed sums for 0 s')
    expect(error).toBeUndefined()
  })

  verifies('tasks-result', 'is completed by a result that says of an error', async () => {
    const taskId = await client.begin('failing_job')
    const { result } = await client.reaches(taskId, 'completed')
    expect(result?.isError).toBe(true)
  })

  verifies('tasks-result', 'fails by a JSON-RPC error, and says which', async () => {
    const taskId = await client.begin('protocol_error_job')
    const { result, error, statusMessage } = await client.reaches(taskId, 'failed')
    expect(error?.code).toBeTypeOf('number')
    expect(statusMessage).toBe(error?.message)
    expect(result).toBeUndefined()
  })

  verifies('tasks-input', 'asks, takes one answer after the other, and ends', async () => {
    const taskId = await client.begin('multi_input')
    const { inputRequests = {} } = await client.reaches(taskId, 'input_required')
    const [first = '', second = ''] = Object.keys(inputRequests)
    expect(inputRequests[first]).toMatchObject({ method: 'elicitation/create' })
    const answer = (inputResponses: object) =>
      client.send('tasks/update', { taskId, inputResponses })
    for (const ignored of [{}, { unknown: accept({ name: 'Nobody' }) }]) {
      const { status, rpc } = await answer(ignored)
      expect(status).toBe(200)
      expect(rpc.result).toMatchObject({ resultType: 'complete' })
      expect(rpc.result).not.toHaveProperty('taskId')
      expect((await client.get(taskId)).status).toBe('input_required')
    }
    await answer({ [first]: accept({ name: 'Ada' }) })
    const half = await client.get(taskId)
    expect(half.status).toBe('input_required')
    expect(Object.keys(half.inputRequests ?? {})).toEqual([second])
    await answer({ [first]: accept({ name: 'Eve' }), [second]: accept({ name: 'Grace' }) })
    const { result } = await client.reaches(taskId, 'completed')
    expect(result?.content[0]?.text).toBe('Ada and Grace')
  })

  verifies('tasks-input', 'takes answers that come at the same moment', async () => {
    const taskId = await client.begin('multi_input')
    const { inputRequests = {} } = await client.reaches(taskId, 'input_required')
    await Promise.all(
      Object.keys(inputRequests).map((key, index) =>
        client.send('tasks/update', {
          taskId,
          inputResponses: { [key]: accept({ name: `N${index}` }) },
        }),
      ),
    )
    const { result } = await client.reaches(taskId, 'completed')
    expect(result?.content[0]?.text).toBe('N0 and N1')
  })

  verifies('tasks-input', 'asks under a new key when it asks again', async () => {
    const taskId = await client.begin('confirm_delete', { filename: 'a.txt' })
    const { inputRequests = {} } = await client.reaches(taskId, 'input_required')
    const [key = ''] = Object.keys(inputRequests)
    const inputResponses = { [key]: { action: 'decline' } }
    await client.send('tasks/update', { taskId, inputResponses })
    const again = await client.reaches(taskId, 'input_required')
    expect(Object.keys(again.inputRequests ?? {})).not.toContain(key)
    await client.send('tasks/cancel', { taskId })
    expect((await client.reaches(taskId, 'cancelled')).inputRequests).toBeUndefined()
  })

  verifies('tasks-cancel', 'is cancelled while it works, and acknowledged whenever', async () => {
    const taskId = await client.begin('slow_compute', { seconds: 60 })
    const metrics = await fetch(new URL('/metrics', stack.mcpUrl))
    expect(await metrics.text()).toMatch(/mcp_open\{kind="tasks"[^}]*\} [1-9]/)
    const { status, rpc } = await client.send('tasks/cancel', { taskId })
    expect(status).toBe(200)
    expect(rpc.result).toMatchObject({ resultType: 'complete' })
    expect(rpc.result).not.toHaveProperty('status')
    const task = await client.reaches(taskId, 'cancelled', 'completed', 'failed')
    expect(task.status).toBe('cancelled')
    expect((await client.send('tasks/cancel', { taskId })).rpc.result).toMatchObject({
      resultType: 'complete',
    })
    expect((await client.get(taskId)).status).toBe('cancelled')
  })

  verifies('tasks-owner', 'is there for its person and client alone', async () => {
    const taskId = await client.begin('slow_compute', { seconds: 60 })
    const strangers = [
      await tokensFor(stack, { scope, person: 'analyst' }),
      await tokensFor(stack, { scope, client: claude }),
    ]
    const unknown = await client.send('tasks/get', { taskId: 'slow_compute.unknown' })
    for (const { access_token } of strangers) {
      const stranger = taskClient(stack.mcpUrl, access_token)
      for (const method of methods) {
        const { rpc } = await stranger.send(method, { taskId, inputResponses: {} })
        expect(rpc.error).toEqual(unknown.rpc.error)
        expect(rpc.error?.code).toBe(-32_602)
      }
    }
    const { access_token } = await tokensFor(stack, { scope })
    const later = taskClient(stack.mcpUrl, access_token)
    expect((await later.get(taskId)).status).toBe('working')
    await later.send('tasks/cancel', { taskId })
    await client.reaches(taskId, 'cancelled')
  })

  verifies('tasks-owner', 'needs a token that lives and has the scopes of the tool', async () => {
    const { rpc, status, headers } = await client.send('tasks/get', { taskId: 'import_items.a' })
    expect(status, JSON.stringify(rpc)).toBe(403)
    expect(headers.get('www-authenticate')).toContain('scope="write:import"')
    const own = await tokensFor(stack, { scope })
    const revoked = taskClient(stack.mcpUrl, own.access_token)
    const taskId = await revoked.begin('slow_compute', { seconds: 0 })
    await own.client.revoke(own.access_token)
    expect((await revoked.send('tasks/get', { taskId })).status).toBe(401)
    expect((await client.reaches(taskId, 'completed')).result?.isError).toBeUndefined()
  })

  verifies('tasks-bounded', 'expires an hour after its creation', async () => {
    const taskId = await client.begin('slow_compute', { seconds: 0 })
    await client.reaches(taskId, 'completed')
    passTime(3_601)
    const { access_token } = await tokensFor(stack, { scope })
    const later = taskClient(stack.mcpUrl, access_token)
    expect((await later.send('tasks/get', { taskId })).rpc.error?.code).toBe(-32_602)
    await later.begin('slow_compute', { seconds: 0 })
    expect(await stack.database.prisma.mcpTask.count({ where: { id: taskId } })).toBe(0)
  })

  verifies('tasks-bounded', 'is not made when there are a hundred', async () => {
    const { access_token } = await tokensFor(stack, { scope, person: 'analyst' })
    const busy = taskClient(stack.mcpUrl, access_token)
    const calls = Array.from({ length: 100 }, () => busy.begin('slow_compute', { seconds: 0 }))
    await Promise.all(calls)
    const { rpc } = await busy.call('slow_compute', { seconds: 0 })
    expect(rpc.result).toMatchObject({ resultType: 'complete', content: [{ type: 'text' }] })
  })
})

describe('a subscription to tasks', () => {
  const listen = (notifications: object, capabilities: object = taskCapabilities) => {
    const params = { notifications }
    const { message, headers } = messageWith({ ...capabilities }, 'subscriptions/listen', params)
    return openEventStream(stack.mcpUrl, { ...headers, ...bearer(token) }, message)
  }

  verifies('tasks-notified', 'tells how a task is, and how it goes on', async () => {
    const taskId = await client.begin('confirm_delete', { filename: 'b.txt' })
    const { inputRequests = {} } = await client.reaches(taskId, 'input_required')
    const stranger = await tokensFor(stack, { scope, person: 'analyst', client: claude })
    const foreign = await taskClient(stack.mcpUrl, stranger.access_token).begin('slow_compute', {
      seconds: 0,
    })
    const stream = await listen({ taskIds: [taskId, foreign, 'slow_compute.unknown'] })
    const next = async () => JSON.parse((await stream.next()).data)
    const _meta = { 'io.modelcontextprotocol/subscriptionId': 1 }
    expect(await next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { taskIds: [taskId] }, _meta },
    })
    expect(await next()).toMatchObject({
      method: 'notifications/tasks',
      params: { taskId, status: 'input_required', inputRequests, _meta },
    })
    const [key = ''] = Object.keys(inputRequests)
    const inputResponses = { [key]: accept({ confirm: true }) }
    await client.send('tasks/update', { taskId, inputResponses })
    let told = await next()
    while (told.params.status === 'working') told = await next()
    const {
      resultType,
      _meta: _answer,
      ...task
    } = (await client.send('tasks/get', { taskId })).rpc.result as Record<string, unknown>
    expect(told).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tasks',
      params: { ...task, _meta },
    })
    expect(told.params.result.content[0].text).toBe('Deleted b.txt: true')
    stream.close()
  })

  verifies(['tasks-notified', 'tasks-declared'], 'is refused without the extension', async () => {
    const params = { notifications: { taskIds: ['slow_compute.unknown'] } }
    const { status, rpc } = await plain.send('subscriptions/listen', params)
    expect(status).toBe(400)
    expect(rpc.error).toMatchObject({
      code: -32_021,
      data: { requiredCapabilities: { extensions } },
    })
  })

  verifies(['tasks-notified', 'tasks-owner'], 'needs the scopes of the tools', async () => {
    const stream = await listen({ taskIds: ['import_items.unknown'] })
    expect(stream.status).toBe(403)
    expect(stream.headers.get('www-authenticate')).toContain('scope="write:import"')
  })
})
