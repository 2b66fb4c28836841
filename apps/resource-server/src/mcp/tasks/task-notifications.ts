import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server'
import type { Caller } from '../caller.ts'
import type { WebHandler } from '../hand-over.ts'
import { ownerOf } from '../principal.ts'
import { declaresTasks, type JsonObject, type Task, tasksRequired } from './task.ts'
import type { TaskStore } from './task-store.ts'
import type { TaskTable } from './task-table.ts'

/** `subscriptions/listen`, as far as it is about tasks. */
interface ListenMessage {
  readonly id: string | number
  readonly params: {
    readonly _meta?: JsonObject
    readonly notifications: JsonObject & { readonly taskIds: readonly string[] }
  }
}

interface Watch {
  readonly taskIds: readonly string[]
  readonly find: (taskId: string) => Promise<Task | undefined>
  readonly onChange: TaskTable['onChange']
  /** The client has gone. */
  readonly signal: AbortSignal
}

/** Keeps the SDK's stream open, which ends one that it has nothing to tell on; no client sees it. */
const placeholder = 'neonpanel:tasks'

/**
 * Tells on the streams of `subscriptions/listen` how tasks go on (`notifications/tasks`): first how each is now, then
 * every change, from whatever process.
 */
export function tellOfTasks({
  next,
  store,
  onChange,
}: {
  next: WebHandler
  store: TaskStore
  onChange: TaskTable['onChange']
}): WebHandler {
  return async function listen(request, options) {
    const message = askedForTasks(options.parsedBody)
    if (!message) return next(request, options)
    const { id, params } = message
    if (!declaresTasks(params._meta)) {
      const { code, data, message: text } = tasksRequired()
      return Response.json(
        { jsonrpc: '2.0', id, error: { code, message: text, data } },
        { status: 400 },
      )
    }
    const { taskIds, ...others } = params.notifications
    const uris = others.resourceSubscriptions ?? []
    const asked = Array.isArray(uris) ? [...uris, placeholder] : uris
    const notifications = { ...others, resourceSubscriptions: asked }
    const parsedBody = { ...message, params: { ...params, notifications } }
    const response = await next(request, { ...options, parsedBody })
    const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream')
    if (!response.body || !isStream) return response
    const owner = ownerOf((options.authInfo!.extra!.caller as Caller).accessToken)
    const find = (taskId: string) => store.find(taskId, owner)
    const found = await Promise.all(taskIds.map(find))
    const own = taskIds.filter((_, index) => found[index])
    const watch = { taskIds: own, find, onChange, signal: request.signal }
    return new Response(withTasks(response.body, id, watch), response)
  }
}

/** @returns undefined for a message that asks for other notifications alone, or for what are no ids */
function askedForTasks(body: unknown): ListenMessage | undefined {
  const { params } = (body ?? {}) as { params?: { notifications?: { taskIds?: unknown } } }
  const taskIds = params?.notifications?.taskIds
  const areIds = Array.isArray(taskIds) && taskIds.every((id) => typeof id === 'string')
  return areIds && taskIds.length > 0 ? (body as ListenMessage) : undefined
}

/** The SDK writes one event at a time; the first is its acknowledgement. */
function withTasks(
  events: ReadableStream<Uint8Array>,
  subscriptionId: string | number,
  { taskIds, find, onChange, signal }: Watch,
): ReadableStream<Uint8Array> {
  const _meta = { [SUBSCRIPTION_ID_META_KEY]: subscriptionId }
  let stop: (() => void) | undefined
  // One after the other, so that an old state never follows a new one.
  let telling: Promise<unknown> = Promise.resolve()

  function begin(controller: TransformStreamDefaultController<Uint8Array>) {
    const tell = (taskId: string) => {
      telling = telling.then(async () => {
        const task = stop && (await find(taskId))
        if (!task || !stop) return
        const params = { ...task, _meta }
        controller.enqueue(eventOf({ jsonrpc: '2.0', method: 'notifications/tasks', params }))
      })
      // A database that does not answer now tells of the next change.
      telling = telling.catch(() => {})
    }
    stop = onChange((taskId) => {
      if (taskIds.includes(taskId)) tell(taskId)
    })
    for (const taskId of taskIds) tell(taskId)
  }

  function end() {
    stop?.()
    stop = undefined
  }

  signal.addEventListener('abort', end)
  return events.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(event, controller) {
        if (stop) return controller.enqueue(event)
        controller.enqueue(acknowledging(event, taskIds))
        begin(controller)
      },
      flush: end,
    }),
  )
}

function acknowledging(event: Uint8Array, taskIds: readonly string[]): Uint8Array {
  const [, data] = /^data: (.*)$/m.exec(new TextDecoder().decode(event))!
  const message = JSON.parse(data!)
  const { resourceSubscriptions = [], ...honored } = message.params.notifications
  const uris = resourceSubscriptions.filter((uri: string) => uri !== placeholder)
  message.params.notifications = {
    ...honored,
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
    taskIds,
  }
  return eventOf(message)
}

function eventOf(message: object): Uint8Array {
  return new TextEncoder().encode(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
}
