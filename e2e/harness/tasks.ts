import { bearer } from '@neonpanel/testing-kit/client/http'
import { expect, vi } from 'vitest'
import { type McpAnswer, mcpRequest, modernMessage } from './mcp.ts'
import type { Json } from './tools.ts'

const tasksExtension = 'io.modelcontextprotocol/tasks'

/** What a client declares that takes tasks and shows forms to its person. */
export const taskCapabilities = { elicitation: {}, extensions: { [tasksExtension]: {} } }

export interface TaskState {
  readonly resultType: string
  readonly taskId: string
  readonly status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'
  readonly statusMessage?: string
  readonly ttlMs: number
  readonly inputRequests?: Readonly<Record<string, { method: string; params: Json }>>
  readonly result?: { content: { text: string }[]; isError?: boolean; structuredContent?: Json }
  readonly error?: { code: number; message: string }
}

/** The message of a client that declares some capabilities, and its headers. */
export function messageWith(capabilities: Json, method: string, params: Json) {
  const { message, headers } = modernMessage(method, params)
  const asked = message.params as { _meta: Json }
  asked._meta['io.modelcontextprotocol/clientCapabilities'] = capabilities
  const { taskId } = params
  return {
    message,
    headers: { ...headers, ...(typeof taskId === 'string' && { 'mcp-name': taskId }) },
  }
}

/** A client of revision 2026-07-28 that takes tasks. */
export function taskClient(url: string, token: string, capabilities: Json = taskCapabilities) {
  const send = (
    method: string,
    params: Json,
    otherHeaders: Record<string, string> = {},
  ): Promise<McpAnswer> => {
    const { message, headers } = messageWith(capabilities, method, params)
    return mcpRequest(url, message, { ...headers, ...bearer(token), ...otherHeaders })
  }
  const get = async (taskId: string) =>
    (await send('tasks/get', { taskId })).rpc.result as unknown as TaskState
  return {
    send,
    get,
    call: (name: string, input: Json = {}) => send('tools/call', { name, arguments: input }),
    /** Begins a task, and says its id. */
    async begin(name: string, input: Json = {}): Promise<string> {
      const { rpc } = await send('tools/call', { name, arguments: input })
      expect(rpc.result?.resultType, JSON.stringify(rpc)).toBe('task')
      return String(rpc.result?.taskId)
    },
    /** Asks until the task has one of the statuses. */
    reaches: (taskId: string, ...statuses: TaskState['status'][]): Promise<TaskState> =>
      vi.waitFor(
        async () => {
          const task = await get(taskId)
          expect(statuses, JSON.stringify(task)).toContain(task?.status)
          return task
        },
        { timeout: 40_000, interval: 50 },
      ),
  }
}
