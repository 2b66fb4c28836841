import {
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { callerOf } from '../caller.ts'
import { ownerOf } from '../principal.ts'
import { declaresTasks, tasksExtension, tasksRequired } from './task.ts'
import type { TaskStore } from './task-store.ts'

const params = z.looseObject({ taskId: z.string().max(256) })

/**
 * Serves the methods of the extension. A task is found by the person and client that began it, with any of their valid
 * tokens; that the token has the scopes of the tool is checked before, as for a call.
 */
export function serveTaskMethods(server: Server, store: TaskStore): void {
  server.registerCapabilities({ extensions: { [tasksExtension]: {} } })

  const serve = (
    method: string,
    answer: (taskId: string, owner: string, context: ServerContext) => Promise<object | undefined>,
  ) =>
    server.setRequestHandler(method, { params }, async ({ taskId }, context) => {
      if (!declaresTasks(context.mcpReq.envelope)) throw tasksRequired()
      const owner = ownerOf(callerOf(context).accessToken)
      const result = await answer(taskId, owner, context)
      if (!result) throw noSuchTask()
      return { ...result }
    })

  serve('tasks/get', (taskId, owner) => store.find(taskId, owner))

  serve('tasks/update', async (taskId, owner, { mcpReq }) => {
    const found = await store.respond(taskId, owner, { ...mcpReq.inputResponses })
    return found ? {} : undefined
  })

  serve('tasks/cancel', async (taskId, owner) => {
    return (await store.requestCancel(taskId, owner)) ? {} : undefined
  })
}

function noSuchTask(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'Task not found: it has expired, or no call of this person with this client began it.',
  )
}
