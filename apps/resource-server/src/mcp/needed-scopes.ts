import type { Scope } from '@neonpanel/contracts/scopes'
import type { NeededScopes } from '../require-access-token.ts'
import { parseResourceUri, type ResourceKind } from './resource.ts'
import { toolOfTask } from './tasks/task.ts'
import type { Tool } from './tool.ts'

/**
 * Reads which scopes a JSON-RPC message needs, before any transport sees it: those of the tool that it calls or whose
 * task it names, or of the resources that it reads or wants to watch; in a batch those of every message. What does not
 * exist needs none: its answer is an error anyway.
 */
export function neededScopesOf(
  tools: readonly Tool[],
  resources: readonly ResourceKind[] = [],
): NeededScopes {
  const scopesOf = new Map<unknown, readonly Scope[]>(tools.map((tool) => [tool.name, tool.scopes]))

  function scopesOfMessage(message: unknown): readonly Scope[] {
    if (!isRecord(message) || !isRecord(message.params)) return []
    if (message.method === 'tools/call') return scopesOf.get(message.params.name) ?? []
    const tools = namedTasks(message.method, message.params).map(toolOfTask)
    const uris = namedResources(message.method, message.params)
    return [
      ...tools.flatMap((name) => scopesOf.get(name) ?? []),
      ...uris.flatMap((uri) => parseResourceUri(resources, uri)?.kind.scopes ?? []),
    ]
  }

  return function neededScopes(message) {
    const messages: unknown[] = Array.isArray(message) ? message : [message]
    return [...new Set(messages.flatMap(scopesOfMessage))]
  }
}

const taskMethods = new Set<unknown>(['tasks/get', 'tasks/update', 'tasks/cancel'])

function namedTasks(method: unknown, params: Record<string, unknown>): readonly string[] {
  if (taskMethods.has(method)) return [String(params.taskId)]
  if (method !== 'subscriptions/listen' || !isRecord(params.notifications)) return []
  const { taskIds } = params.notifications
  return Array.isArray(taskIds) ? taskIds.map(String) : []
}

function namedResources(method: unknown, params: Record<string, unknown>): readonly unknown[] {
  if (method === 'resources/read' || method === 'resources/subscribe') return [params.uri]
  if (method !== 'subscriptions/listen' || !isRecord(params.notifications)) return []
  const { resourceSubscriptions } = params.notifications
  return Array.isArray(resourceSubscriptions) ? resourceSubscriptions : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
