import { setTimeout as delay } from 'node:timers/promises'
import type { Caller } from '../caller.ts'
import type { WebHandler } from '../hand-over.ts'
import { ownerOf } from '../principal.ts'
import { type CallMessage, startCall } from './background-call.ts'
import { declaresTasks, type TaskSupports } from './task.ts'
import type { TaskRunner } from './task-runner.ts'
import type { TaskStore } from './task-store.ts'

/** What other parts of the way of a request have to do for its call. */
export interface CallGates {
  /** To be called once the SDK has found nothing wrong with the request's headers and envelope. */
  readonly admitted: WeakMap<Request, () => void>
  /** Calls that are to be refused for want of the extension. */
  readonly refused: WeakSet<Request>
}

/**
 * Answers calls that take long, or always do, with a task, for clients that declare the extension. Whatever does not pass
 * the SDK's gates, or answers in time, is answered as without tasks, and so is the call of somebody with too many tasks.
 *
 * @param meta of the answer that is a task
 */
export function answerCallsWithTasks({
  next,
  supports,
  gates: { admitted, refused },
  store,
  runner,
  meta,
}: {
  next: WebHandler
  supports: TaskSupports
  gates: CallGates
  store: TaskStore
  runner: TaskRunner
  meta: object
}): WebHandler {
  return async function answerCall(request, options) {
    const message = callOf(options.parsedBody)
    const support = message && supports.get(message.params.name)
    if (!support) return next(request, options)
    if (!declaresTasks(message.params._meta)) {
      if (support.required) refused.add(request)
      return next(request, options)
    }
    const authInfo = options.authInfo!
    const passed = Promise.withResolvers<void>()
    const call = startCall(next, { request, authInfo, message }, (round) =>
      admitted.set(round, passed.resolve),
    )
    const leave = () => call.stop.abort()
    request.signal.addEventListener('abort', leave)
    const answered = call.first.then(() => false)
    const lasts = await Promise.race([answered, passed.promise.then(() => after(support.afterMs))])
    const { accessToken } = authInfo.extra!.caller as Caller
    const task = lasts && (await store.create(message.params.name, ownerOf(accessToken)))
    if (!task) {
      const { status, answer } = await call.first
      return answer ? Response.json(answer, { status }) : new Response(null, { status })
    }
    request.signal.removeEventListener('abort', leave)
    runner.run(task.taskId, call)
    const result = { resultType: 'task', ...task, _meta: meta }
    return Response.json({ jsonrpc: '2.0', id: message.id, result })
  }
}

async function after(ms: number): Promise<true> {
  if (ms > 0) await delay(ms, undefined, { ref: false })
  return true
}

function callOf(body: unknown): CallMessage | undefined {
  const message = body as CallMessage | null | undefined
  return message?.method === 'tools/call' && message.params ? message : undefined
}
