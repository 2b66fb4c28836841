import { classifyInboundRequest, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import type { McpContext } from '../request-state.ts'

/** The first revision without sessions; revisions are dates and compare as text. */
export const firstModernVersion = '2026-07-28'

/** Revisions that begin with `initialize`, from 2024-11-05 on; the newest first. */
export const sessionVersions = new Set(
  SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version < firstModernVersion),
)

/** The message or batch that a POST carries; undefined for other methods and for what is not JSON. */
export function messageOf({ state }: McpContext): unknown {
  return state.body?.ok ? state.body.json : undefined
}

/** Whether the `MCP-Protocol-Version` header names a revision that has no GET. */
export function namesModernVersion(ctx: McpContext): boolean {
  return ctx.get('MCP-Protocol-Version') >= firstModernVersion
}

/**
 * Whether a POST is for the stateless protocol: by its `_meta`, or by a header that names no revision with sessions.
 * What is no JSON-RPC message at all is answered there as well.
 */
export function isModernMessage(ctx: McpContext): boolean {
  const version = ctx.get('MCP-Protocol-Version')
  if (version && !sessionVersions.has(version)) return true
  const kind = classifyInboundRequest({
    httpMethod: 'POST',
    body: messageOf(ctx),
    ...(version && { protocolVersionHeader: version }),
  }).kind
  return kind !== 'legacy'
}

/** Whether `Accept` allows an event stream, by name or by a wildcard, or is absent. */
export function acceptsEventStream(ctx: McpContext): boolean {
  return ctx.accepts('text/event-stream') !== false
}
