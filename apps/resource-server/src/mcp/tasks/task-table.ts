import type { Database } from '@neonpanel/database/open'
import { type JsonObject, openStatuses, type Task, type TaskStatus } from './task.ts'

export type TaskRow = Awaited<ReturnType<Database['prisma']['mcpTask']['findUniqueOrThrow']>>

/** Suggested to clients. */
const pollIntervalMs = 1_000
/** However late a task ends, its result can be had for as long. */
const resultTtlMs = 15 * 60_000

/** How a task ends. */
export type TaskEnd =
  | { readonly status: 'completed'; readonly result: JsonObject }
  | { readonly status: 'failed'; readonly error: { code: number; message: string } }
  | { readonly status: 'cancelled' }

/** Of a task that was running when its process died or had to stop. */
export const processEnded: TaskEnd = {
  status: 'failed',
  error: {
    code: -32_603,
    message:
      'The server process that ran this task has ended, and the task with it. Look whether it took effect, then call the tool again.',
  },
}

/**
 * Tasks in the database, where every process finds them. A final status stays: whoever writes one first has written it.
 * Every change is announced.
 */
export function createTaskTable({ prisma: { mcpTask }, announcements }: Database) {
  const channel = 'mcp_task_changed'
  const open = { in: [...openStatuses] }

  /** @returns whether the task goes on and was as `where` says */
  async function change(id: string, data: Partial<TaskRow>, where: Partial<TaskRow> = {}) {
    const { count } = await mcpTask.updateMany({
      where: { id, status: open, ...where },
      data: { ...data, updatedAt: now() },
    })
    if (count > 0) await announcements.announce(channel, id)
    return count > 0
  }

  return {
    rows: mcpTask,
    change,
    finish: (row: TaskRow, end: TaskEnd, where: Partial<TaskRow> = {}) =>
      change(row.id, finalData(row, end), where),
    async beat(taskIds: readonly string[]) {
      const where = { id: { in: [...taskIds] }, status: open }
      await mcpTask.updateMany({ where, data: { heartbeatAt: now() } })
    },
    onChange: (listener: (taskId: string) => void) => announcements.listen(channel, listener),
  }
}

export type TaskTable = ReturnType<typeof createTaskTable>

function finalData({ expiresAt }: TaskRow, end: TaskEnd): Partial<TaskRow> {
  const late = new Date(Date.now() + resultTtlMs)
  return {
    status: end.status,
    result: end.status === 'completed' ? JSON.stringify(end.result) : null,
    error: end.status === 'failed' ? JSON.stringify(end.error) : null,
    statusMessage: end.status === 'failed' ? end.error.message : null,
    inputRequests: null,
    inputResponses: null,
    expiresAt: late > expiresAt ? late : expiresAt,
  }
}

export function taskOf(row: TaskRow): Task {
  const { id, statusMessage, createdAt, updatedAt, expiresAt, inputRequests, result, error } = row
  return {
    taskId: id,
    status: row.status as TaskStatus,
    ...(statusMessage !== null && { statusMessage }),
    createdAt: createdAt.toISOString(),
    lastUpdatedAt: updatedAt.toISOString(),
    ttlMs: expiresAt.getTime() - createdAt.getTime(),
    pollIntervalMs,
    ...(inputRequests !== null && { inputRequests: parseObject(inputRequests) }),
    ...(result !== null && { result: parseObject(result) }),
    ...(error !== null && { error: parseObject(error) }),
  }
}

export function isOpen({ status }: TaskRow): boolean {
  return openStatuses.includes(status as TaskStatus)
}

/** @param json of an object; null for an empty one */
export function parseObject(json: string | null): JsonObject {
  return json === null ? {} : (JSON.parse(json) as JsonObject)
}

export function now(): Date {
  return new Date(Date.now())
}
