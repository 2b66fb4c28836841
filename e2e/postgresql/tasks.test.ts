import { startStack } from '@neonpanel/stack'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { Client } from 'pg'
import { expect, onTestFinished, vi } from 'vitest'
import { taskTools } from '../conformance/fixtures/task-tools.ts'
import { freePort } from '../harness/balancer.ts'
import { migratedDatabase, ready } from '../harness/cluster.ts'
import { runScript } from '../harness/process.ts'
import { quietEnvironment } from '../harness/stack.ts'
import { taskClient } from '../harness/tasks.ts'
import { verifies } from '../verifies.ts'

// A process is started, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

/** A client of a stack with fixtures, and one of another process of the resource server on the same database. */
async function startTwoNodes() {
  const database = await migratedDatabase()
  const environment = { ...quietEnvironment, ...database }
  const stack = await startStack({ environment, parts: [taskTools] })
  onTestFinished(() => stack.stop())
  const port = await freePort()
  const otherProcess = runScript('start:mcp', {
    ...database,
    ISSUER_URL: stack.issuer,
    MCP_URL: stack.mcpUrl,
    MCP_PORT: String(port),
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  })
  await ready(port)
  const { access_token: token } = await tokensFor(stack, {
    person: 'warehouse',
    scope: 'read:companies read:inventory write:import',
  })
  // No forms: the person has agreed to the import elsewhere.
  const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
  return {
    stack,
    client: taskClient(stack.mcpUrl, token),
    otherProcess,
    other: taskClient(`http://localhost:${port}/mcp`, token, capabilities),
    databaseUrl: database.DATABASE_URL!,
  }
}

/** Another import into the company that goes on and on: those that come after it wait before they write. */
const otherImport = `SELECT 1 FROM "Company" WHERE "id" = 'co_harbor_eu' FOR UPDATE`

/** Maintenance: whoever reads items waits. */
const maintenance = 'LOCK TABLE "Item" IN ACCESS EXCLUSIVE MODE'

/** Makes imports wait for a transaction until it is released. */
async function holdImports(databaseUrl: string, lock = otherImport) {
  const holder = new Client({ connectionString: databaseUrl })
  await holder.connect()
  let held = true
  const release = async () => {
    if (!held) return
    held = false
    await holder.query('ROLLBACK')
    await holder.end()
  }
  onTestFinished(release)
  await holder.query('BEGIN')
  await holder.query(lock)
  return release
}

const longImport = {
  dry_run: false,
  idempotency_key: 'long-import',
  rows: [
    {
      sku: 'E2E-TASK-1',
      name: 'Imported by a task',
      category: 'Tests',
      supplier: 'Tests and Sons',
      unit_cost: '4.15',
      list_price: '9.90',
    },
  ],
}

verifies(
  ['tasks-import', 'tasks-processes', 'tasks-durable'],
  'an import that takes long goes on as a task, which any process answers for',
  async () => {
    const { stack, client, other, databaseUrl } = await startTwoNodes()
    const release = await holdImports(databaseUrl)
    const taskId = await other.begin('import_items', longImport)
    expect((await client.get(taskId)).status).toBe('working')
    expect((await other.get(taskId)).status).toBe('working')
    await release()
    for (const node of [client, other]) {
      const { result } = await node.reaches(taskId, 'completed')
      expect(result?.structuredContent?.import_id).toMatch(/^imp_/)
    }
    const where = { sku: 'E2E-TASK-1' }
    expect(await stack.database.prisma.item.count({ where })).toBe(1)
  },
)

verifies(
  ['tasks-import', 'tasks-input', 'import-confirmed'],
  'an import that takes long before it can ask its person asks as a task, and is agreed to at another process',
  async () => {
    const { stack, client, other, databaseUrl } = await startTwoNodes()
    const release = await holdImports(databaseUrl, maintenance)
    const taskId = await client.begin('import_items', longImport)
    await release()
    const { inputRequests = {} } = await other.reaches(taskId, 'input_required')
    const [[key, asked] = ['', undefined]] = Object.entries(inputRequests)
    expect(asked?.params.message).toContain('Items created: 1.')
    const where = { sku: 'E2E-TASK-1' }
    expect(await stack.database.prisma.item.count({ where })).toBe(0)
    const inputResponses = { [key]: { action: 'accept', content: {} } }
    await other.send('tasks/update', { taskId, inputResponses })
    const { result } = await other.reaches(taskId, 'completed')
    expect(result?.structuredContent?.import_id).toMatch(/^imp_/)
    expect(await stack.database.prisma.item.count({ where })).toBe(1)
  },
)

verifies(
  ['tasks-processes', 'tasks-input', 'tasks-cancel'],
  'answers and cancellations reach the process that runs the task',
  async () => {
    const { client, other } = await startTwoNodes()
    const asking = await client.begin('multi_input')
    const { inputRequests = {} } = await other.reaches(asking, 'input_required')
    const [first = '', second = ''] = Object.keys(inputRequests)
    const answer = (node: typeof other, key: string, name: string) =>
      node.send('tasks/update', {
        taskId: asking,
        inputResponses: { [key]: { action: 'accept', content: { name } } },
      })
    await Promise.all([answer(client, first, 'Here'), answer(other, second, 'There')])
    const { result } = await other.reaches(asking, 'completed')
    expect(result?.content[0]?.text).toBe('Here and There')
    const working = await client.begin('slow_compute', { seconds: 600 })
    await other.send('tasks/cancel', { taskId: working })
    await other.reaches(working, 'cancelled')
  },
)

verifies('tasks-processes', 'a task whose process was killed has failed, and says so', async () => {
  const { client, other, otherProcess, databaseUrl } = await startTwoNodes()
  await holdImports(databaseUrl)
  const taskId = await other.begin('import_items', longImport)
  await otherProcess.stop('SIGKILL')
  const { error, statusMessage } = await client.reaches(taskId, 'failed')
  expect(error?.code).toBe(-32_603)
  expect(statusMessage).toContain('has ended')
  await client.send('tasks/cancel', { taskId })
  expect((await client.get(taskId)).status).toBe('failed')
})

verifies('tasks-processes', 'a task whose process is stopped fails at once', async () => {
  const { client, other, otherProcess, databaseUrl } = await startTwoNodes()
  await holdImports(databaseUrl)
  const taskId = await other.begin('import_items', longImport)
  expect((await otherProcess.stop('SIGTERM')).code).toBe(0)
  const { status, statusMessage } = await client.get(taskId)
  expect({ status, statusMessage }).toEqual({
    status: 'failed',
    statusMessage: expect.stringContaining('has ended'),
  })
})
