import { setTimeout as delay } from 'node:timers/promises'
import { onClockShift } from '@neonpanel/process/clock'
import type { Log } from '@neonpanel/process/log'
import type { BackgroundCall } from './background-call.ts'
import { followTask, type RunningTask } from './running-task.ts'
import type { TaskJournal } from './task-journal.ts'
import { processEnded } from './task-table.ts'

const heartbeatEveryMs = 2_000

/**
 * Runs the tasks that began in this process to their end. What their clients want, they write into the database and
 * announce; a lost announcement is made up for by the next heartbeat.
 */
export function createTaskRunner({
  journal,
  log,
  stopsWithinMs = 4_000,
}: {
  journal: TaskJournal
  log: Log
  /** How long the end of a task is waited for when the process stops. */
  stopsWithinMs?: number
}) {
  const running = new Map<string, RunningTask>()
  const said = new WeakMap<RunningTask, string>()
  const unsettled = new Set<RunningTask>()
  let beating: NodeJS.Timeout | undefined
  let closed = false
  const logFailure = (error: unknown) =>
    log.error({ err: error }, 'tasks could not be looked after')

  async function settle(task: RunningTask) {
    const end = await task.ends
    if (closed) return
    unsettled.add(task)
    await journal.finish(task.taskId, end)
    unsettled.delete(task)
    running.delete(task.taskId)
    if (running.size === 0) beating = void clearInterval(beating)
  }

  async function beat() {
    const tasks = [...running.values()]
    const commands = await journal.beat(tasks.map(({ taskId }) => taskId))
    for (const task of tasks) {
      const command = commands.get(task.taskId)
      if (!command) task.stop()
      else await task.obey(command)
      await tell(task)
    }
    for (const task of unsettled) await settle(task)
  }

  async function tell(task: RunningTask) {
    const words = task.progress()
    if (words === undefined || words === said.get(task)) return
    said.set(task, words)
    await journal.say(task.taskId, words)
  }

  const stopListening = journal.onChange((taskId) => {
    const task = running.get(taskId)
    if (!task) return
    journal
      .commandFor(taskId)
      .then((command) => command && task.obey(command))
      .catch(logFailure)
  })

  // To whom the clock has jumped, a task that was alive a second ago looks as if its process had died.
  const stopFollowingClock = onClockShift(() => {
    if (running.size > 0) beat().catch(logFailure)
  })

  return {
    /** Takes over a call that has become a task. */
    run(taskId: string, call: BackgroundCall) {
      const task = followTask(taskId, { call, journal, log })
      running.set(taskId, task)
      beating ??= setInterval(() => beat().catch(logFailure), heartbeatEveryMs).unref()
      settle(task).catch(logFailure)
    },

    count: () => running.size,

    /** Ends all tasks: they cannot go on elsewhere. Of one that does not end in time, nobody knows what it did. */
    async close() {
      stopListening()
      stopFollowingClock()
      clearInterval(beating)
      const left = [...running.values()]
      for (const task of left) task.stop()
      const settled = Promise.all(left.map(settle)).catch(logFailure)
      await Promise.race([settled, delay(stopsWithinMs, undefined, { ref: false })])
      closed = true
      const late = [...running.keys()].map((taskId) => journal.finish(taskId, processEnded))
      await Promise.all(late).catch(logFailure)
    },
  }
}

export type TaskRunner = ReturnType<typeof createTaskRunner>
