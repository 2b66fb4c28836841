import { randomBytes } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  MissingRequiredClientCapabilityError,
} from '@modelcontextprotocol/server'

/** The MCP tasks extension (modelcontextprotocol/ext-tasks), for revision 2026-07-28. */
export const tasksExtension = 'io.modelcontextprotocol/tasks'

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'

/** In them a task goes on; all others are final. */
export const openStatuses: readonly TaskStatus[] = ['working', 'input_required']

export type JsonObject = Record<string, unknown>

/** A task with what its status has to show: `DetailedTask` of the extension. */
export interface Task {
  readonly taskId: string
  readonly status: TaskStatus
  readonly statusMessage?: string
  /** ISO 8601, as the other one. */
  readonly createdAt: string
  readonly lastUpdatedAt: string
  /** From `createdAt` on. */
  readonly ttlMs: number
  readonly pollIntervalMs: number
  readonly inputRequests?: JsonObject
  readonly result?: JsonObject
  readonly error?: JsonObject
}

/** How calls of a tool become tasks, for clients that declare the extension. */
export interface TaskSupport {
  /** A call that takes longer goes on as a task; 0 makes every call one. */
  readonly afterMs: number
  /** Other clients are refused: the tool answers with a task or not at all. */
  readonly required?: boolean
}

/** Which tools support tasks, by name. */
export type TaskSupports = ReadonlyMap<string, TaskSupport>

/** An id that nobody guesses. It begins with the tool's name: whoever asks for the task needs the scopes of the tool. */
export function mintTaskId(toolName: string): string {
  return `${toolName}.${randomBytes(18).toString('base64url')}`
}

/** The tool whose call a task is, or what an invented id says. */
export function toolOfTask(taskId: string): string {
  return taskId.slice(0, Math.max(0, taskId.lastIndexOf('.')))
}

/** Whether a request declares the extension. Each request stands for itself (revision 2026-07-28). */
export function declaresTasks(meta: JsonObject | undefined): boolean {
  const capabilities = meta?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined
  return capabilities?.extensions?.[tasksExtension] !== undefined
}

/** Refusal of a request that cannot be answered without tasks. */
export function tasksRequired(): MissingRequiredClientCapabilityError {
  return new MissingRequiredClientCapabilityError(
    { requiredCapabilities: { extensions: { [tasksExtension]: {} } } },
    `This request needs a client that declares the extension ${tasksExtension} in the clientCapabilities of its _meta.`,
  )
}
