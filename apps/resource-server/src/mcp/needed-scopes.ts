import type { Scope } from '@neonpanel/contracts/scopes'
import type { NeededScopes } from '../require-access-token.ts'
import type { Tool } from './tool.ts'

/**
 * Reads which scopes a JSON-RPC message needs, before any transport sees it: those of the tool it calls, in a batch
 * those of every call. A tool that does not exist needs none: its answer is an error anyway.
 */
export function neededScopesOf(tools: readonly Tool[]): NeededScopes {
  const scopesOf = new Map<unknown, readonly Scope[]>(tools.map((tool) => [tool.name, tool.scopes]))
  return function neededScopes(message) {
    const messages: unknown[] = Array.isArray(message) ? message : [message]
    return [...new Set(messages.flatMap((each) => scopesOf.get(calledTool(each)) ?? []))]
  }
}

function calledTool(message: unknown): unknown {
  if (!isRecord(message) || message.method !== 'tools/call') return undefined
  return isRecord(message.params) ? message.params.name : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
