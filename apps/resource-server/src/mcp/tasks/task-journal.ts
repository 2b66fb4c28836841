import type { JsonObject } from './task.ts'
import { now, parseObject, type TaskEnd, type TaskRow, type TaskTable } from './task-table.ts'

/** What a task's client wants of the process that runs it. */
export interface Command {
  readonly taskId: string
  readonly cancel: boolean
  /** Answers to all questions of the task; undefined while one is open, or when it asks none. */
  readonly responses: JsonObject | undefined
}

/** What the process that runs tasks writes and reads of them. */
export function createTaskJournal(table: TaskTable) {
  const { rows } = table
  return {
    async finish(taskId: string, end: TaskEnd) {
      const row = await rows.findUnique({ where: { id: taskId } })
      if (row) await table.finish(row, end)
    },

    /** Puts questions to the client; their keys are new in this task. */
    ask: (taskId: string, questions: JsonObject) => {
      const inputRequests = JSON.stringify(questions)
      return table.change(taskId, { status: 'input_required', inputRequests })
    },

    say: (taskId: string, statusMessage: string) => table.change(taskId, { statusMessage }),

    /** Says that this process runs these tasks, and reads what is wanted of them; of one that has expired, nothing. */
    async beat(taskIds: readonly string[]): Promise<Map<string, Command>> {
      await table.beat(taskIds)
      const where = { id: { in: [...taskIds] }, expiresAt: { gt: now() } }
      const found = await rows.findMany({ where })
      return new Map(found.map((row) => [row.id, commandOf(row)]))
    },

    async commandFor(taskId: string): Promise<Command | undefined> {
      const row = await rows.findUnique({ where: { id: taskId } })
      return row ? commandOf(row) : undefined
    },

    /** The answers have been read. */
    async forgetResponses(taskId: string) {
      const where = { id: taskId, inputRequests: null }
      await rows.updateMany({ where, data: { inputResponses: null } })
    },

    onChange: table.onChange,
  }
}

export type TaskJournal = ReturnType<typeof createTaskJournal>

function commandOf({ id, inputRequests, inputResponses, cancelRequestedAt }: TaskRow): Command {
  const answered = inputRequests === null && inputResponses !== null
  return {
    taskId: id,
    cancel: cancelRequestedAt !== null,
    responses: answered ? parseObject(inputResponses) : undefined,
  }
}
