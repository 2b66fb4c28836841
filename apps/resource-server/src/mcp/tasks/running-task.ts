import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '@neonpanel/process/log'
import type { BackgroundCall } from './background-call.ts'
import type { JsonObject } from './task.ts'
import type { Command, TaskJournal } from './task-journal.ts'
import type { TaskEnd } from './task-table.ts'

/** A task that this process runs. */
export interface RunningTask {
  readonly taskId: string
  /** How it ends; never rejects. */
  readonly ends: Promise<TaskEnd>
  obey(command: Command): Promise<void>
  /** Latest words of its progress. */
  progress(): string | undefined
  /** Ends it because the process stops. */
  stop(): void
}

/** A tool that asks more often goes in circles. */
const maximumRounds = 50
/** Between two rounds of a tool that only wants to be called again. */
const roundPauseMs = 500

/** Follows a call through its rounds of questions and answers to its end. */
export function followTask(
  taskId: string,
  { call, journal, log }: { call: BackgroundCall; journal: TaskJournal; log: Log },
): RunningTask {
  /** The questions of one round that wait for answers; all of their keys begin with the prefix. */
  let asked: { readonly prefix: string; answer(responses: JsonObject): void } | undefined
  let stopping = false
  const { signal } = call.stop

  async function follow(): Promise<TaskEnd> {
    let { answer } = await call.first
    for (let round = 1; answer && round <= maximumRounds; round += 1) {
      if (answer.error) return { status: 'failed', error: answer.error }
      const { resultType, inputRequests, requestState } = answer.result
      if (resultType !== 'input_required') return { status: 'completed', result: answer.result }
      const inputResponses = await ask(`${round}.`, { ...(inputRequests as JsonObject) })
      if (!inputResponses) return brokenOff()
      const state = requestState === undefined ? {} : { requestState }
      answer = await call.again({ inputResponses, ...state })
    }
    if (!answer) return brokenOff()
    return failure(`The tool asked more than ${maximumRounds} times.`)
  }

  /** @returns undefined when the call is broken off meanwhile */
  async function ask(prefix: string, questions: JsonObject): Promise<JsonObject | undefined> {
    if (Object.keys(questions).length === 0) {
      return delay(roundPauseMs, {}, { signal }).catch(() => undefined)
    }
    const { promise, resolve } = Promise.withResolvers<JsonObject | undefined>()
    const give = () => resolve(undefined)
    signal.addEventListener('abort', give)
    if (signal.aborted) give()
    asked = { prefix, answer: resolve }
    const numbered = renamed(questions, (key) => prefix + key)
    await journal.ask(taskId, numbered)
    const responses = await promise
    asked = undefined
    signal.removeEventListener('abort', give)
    return responses && renamed(responses, (key) => key.slice(prefix.length))
  }

  /** The tool may have done its work before it could be stopped; then that is how the task ends. */
  async function brokenOff(): Promise<TaskEnd> {
    const result = await call.workResult()
    const finished = result && result.isError !== true && result.resultType !== 'input_required'
    if (finished) return { status: 'completed', result }
    return stopping ? failure(serverStopped) : { status: 'cancelled' }
  }

  return {
    taskId,
    ends: follow().catch((error) => {
      log.error({ err: error, task: taskId }, 'task failed')
      return failure('The call failed unexpectedly.')
    }),
    async obey({ cancel, responses }) {
      if (cancel) return call.stop.abort()
      const { prefix, answer } = asked ?? {}
      if (!responses || !answer || !prefix) return
      // Answers of the round before, read late, are none of this one's.
      if (!Object.keys(responses).every((key) => key.startsWith(prefix))) return
      await journal.forgetResponses(taskId)
      answer(responses)
    },
    progress: call.progress,
    stop() {
      stopping = true
      call.stop.abort()
    },
  }
}

const serverStopped =
  'The server process that ran this task was stopped, and the task with it. Call the tool again.'

function failure(message: string): TaskEnd {
  return { status: 'failed', error: { code: -32_603, message } }
}

function renamed(values: JsonObject, rename: (key: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [rename(key), value]))
}
