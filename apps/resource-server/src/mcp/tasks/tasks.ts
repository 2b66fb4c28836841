import { type McpServer, SERVER_INFO_META_KEY } from '@modelcontextprotocol/server'
import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import type { WebHandler } from '../hand-over.ts'
import { serverInfo } from '../server.ts'
import type { ServerPart } from '../server-part.ts'
import type { Tool } from '../tool.ts'
import { type TaskSupport, type TaskSupports, tasksRequired } from './task.ts'
import { answerCallsWithTasks, type CallGates } from './task-calls.ts'
import { createTaskJournal } from './task-journal.ts'
import { serveTaskMethods } from './task-methods.ts'
import { tellOfTasks } from './task-notifications.ts'
import { createTaskRunner } from './task-runner.ts'
import { createTaskStore } from './task-store.ts'
import { createTaskTable } from './task-table.ts'

/** The tasks extension, around the SDK, which knows its headers and nothing else of it. */
export interface Tasks {
  /** Puts it on a server that was built for one request. */
  extend(server: McpServer, request: Request | undefined): void
  /** @param next answers requests through servers that were extended */
  around(next: WebHandler): WebHandler
  /** @param next answers `subscriptions/listen` */
  aroundListening(next: WebHandler): WebHandler
  /** Those that run in this process. */
  count(): number
  close(): Promise<void>
}

/** What takes long goes on as a task after a second; a host's person has then seen nothing but waiting. */
const longCall: TaskSupport = { afterMs: 1_000 }

export function taskSupports(
  tools: readonly Tool[],
  parts: readonly Pick<ServerPart, 'taskSupport'>[],
): TaskSupports {
  const long = tools.filter((tool) => tool.mayTakeLong)
  return new Map([
    ...long.map(({ name }) => [name as string, longCall] as const),
    ...parts.flatMap(({ taskSupport }) => [...(taskSupport ?? [])]),
  ])
}

const sweepEveryMs = 10 * 60_000

/** @param boot which life of which process this is */
export function createTasks({
  database,
  supports,
  boot,
  log,
}: {
  database: Database
  supports: TaskSupports
  boot: string
  log: Log
}): Tasks {
  const table = createTaskTable(database)
  const store = createTaskStore(table, boot)
  const runner = createTaskRunner({ journal: createTaskJournal(table), log })
  const gates: CallGates = { admitted: new WeakMap(), refused: new WeakSet() }
  const sweep = () =>
    store.sweep().catch((error) => log.error({ err: error }, 'expired tasks were not deleted'))
  const sweeping = setInterval(sweep, sweepEveryMs).unref()

  return {
    extend({ server }, request) {
      if (request?.headers.get('Mcp-Method') !== 'tools/call')
        return serveTaskMethods(server, store)
      gates.admitted.get(request)?.()
      if (!gates.refused.has(request)) return
      server.setRequestHandler('tools/call', () => {
        throw tasksRequired()
      })
    },
    around: (next) => {
      const meta = { [SERVER_INFO_META_KEY]: serverInfo }
      return answerCallsWithTasks({ next, supports, gates, store, runner, meta })
    },
    aroundListening: (next) => tellOfTasks({ next, store, onChange: table.onChange }),
    count: runner.count,
    async close() {
      clearInterval(sweeping)
      await runner.close()
    },
  }
}
