import { type JsonObject, mintTaskId, type Task } from './task.ts'
import {
  isOpen,
  now,
  parseObject,
  processEnded,
  type TaskRow,
  type TaskTable,
  taskOf,
} from './task-table.ts'

const ttlMs = 60 * 60_000
/** A process that has not said for as long that it runs a task has died. */
const heartbeatLapsesMs = 10_000
/** Kept at a time, finished ones included; one more call is answered without a task. */
const limitPerOwner = 100

/**
 * Tasks as their clients see them, from any process. Only the owner, a person with a client, finds one.
 *
 * @param boot which life of which process this is
 */
export function createTaskStore(table: TaskTable, boot: string) {
  const { rows } = table
  const sweep = () => rows.deleteMany({ where: { expiresAt: { lte: now() } } })

  async function find(taskId: string, owner: string): Promise<TaskRow | undefined> {
    const row = await rows.findUnique({ where: { id: taskId } })
    if (!row || row.owner !== owner || row.expiresAt <= now()) return undefined
    const alive = row.boot === boot || Date.now() - row.heartbeatAt.getTime() < heartbeatLapsesMs
    if (!isOpen(row) || alive) return row
    await table.finish(row, processEnded, { heartbeatAt: row.heartbeatAt })
    return (await rows.findUnique({ where: { id: taskId } })) ?? undefined
  }

  return {
    /** @returns undefined when the owner has too many */
    async create(toolName: string, owner: string): Promise<Task | undefined> {
      await sweep()
      const at = now()
      const row = await rows.create({
        data: {
          id: mintTaskId(toolName),
          owner,
          status: 'working',
          boot,
          heartbeatAt: at,
          createdAt: at,
          updatedAt: at,
          expiresAt: new Date(at.getTime() + ttlMs),
        },
      })
      // Counted with the new one in place, so that calls at the same moment do not pass together.
      if ((await rows.count({ where: { owner } })) <= limitPerOwner) return taskOf(row)
      await rows.delete({ where: { id: row.id } })
      return undefined
    },

    /** @returns undefined for a task of somebody else, one that has expired, and one that never was */
    async find(taskId: string, owner: string): Promise<Task | undefined> {
      const row = await find(taskId, owner)
      return row && taskOf(row)
    },

    /**
     * Takes answers to questions of the task. What answers no open one is ignored.
     *
     * @returns false when there is no such task
     */
    async respond(taskId: string, owner: string, responses: JsonObject): Promise<boolean> {
      for (;;) {
        const row = await find(taskId, owner)
        if (!row) return false
        const change = isOpen(row) ? withResponses(row, responses) : undefined
        if (!change) return true
        const { inputRequests, inputResponses } = row
        // Otherwise an answer to another question came at the same moment: read again.
        if (await table.change(taskId, change, { inputRequests, inputResponses })) return true
      }
    },

    /** @returns false when there is no such task */
    async requestCancel(taskId: string, owner: string): Promise<boolean> {
      const row = await find(taskId, owner)
      if (row) await table.change(taskId, { cancelRequestedAt: now() }, { cancelRequestedAt: null })
      return row !== undefined
    },

    sweep,
  }
}

export type TaskStore = ReturnType<typeof createTaskStore>

/** @returns undefined when none of them answers an open question */
function withResponses(row: TaskRow, responses: JsonObject): Partial<TaskRow> | undefined {
  const asked = parseObject(row.inputRequests)
  const fitting = Object.entries(responses).filter(([key]) => Object.hasOwn(asked, key))
  if (fitting.length === 0) return undefined
  const received = { ...parseObject(row.inputResponses), ...Object.fromEntries(fitting) }
  const left = Object.entries(asked).filter(([key]) => !Object.hasOwn(received, key))
  return {
    status: left.length > 0 ? 'input_required' : 'working',
    inputRequests: left.length > 0 ? JSON.stringify(Object.fromEntries(left)) : null,
    inputResponses: JSON.stringify(received),
  }
}
