import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server'
import type { Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import { companiesWith } from '../access-token.ts'
import { createCallLimit } from './call-limit.ts'
import { type Caller, callerOf } from './caller.ts'
import type { McpMeasures, ToolOutcome } from './measures.ts'
import { ownerOf } from './principal.ts'
import { isToolError, type Tool } from './tool.ts'

/** @param input what the tool's own schema parsed */
export type CallTool = (
  tool: Tool,
  input: Record<string, unknown>,
  context: ServerContext,
) => Promise<CallToolResult>

interface Ended {
  readonly outcome: ToolOutcome
  readonly result: CallToolResult
}

/**
 * Makes what runs tools. An expected failure is for the model; an unexpected one is for our log, and the answer has
 * only its correlation id.
 */
export function createToolCaller({
  database,
  measures,
}: {
  database: Database
  measures: McpMeasures
}): CallTool {
  const { begin, limit } = createCallLimit()
  return async function callTool(tool, input, context) {
    const caller = callerOf(context)
    const end = begin(ownerOf(caller.accessToken))
    const { outcome, result } = end
      ? await run(tool, input, caller, { database, signal: context.mcpReq.signal })
      : refused(`More than ${limit} calls run at once. Wait for some of them, then try again.`)
    end?.()
    measures.countCall(tool.name, outcome)
    return result
  }
}

async function run(
  tool: Tool,
  input: Record<string, unknown>,
  { accessToken, correlationId, log }: Caller,
  surroundings: { database: Database; signal: AbortSignal },
): Promise<Ended> {
  const { personId, clientId, scopes } = accessToken
  try {
    if (!tool.scopes.every((scope) => scopes.has(scope))) throw new Error('Scopes were not checked')
    const withScope = (scope: Scope) => companiesWith(accessToken, [...tool.scopes, scope])
    const companies = companiesWith(accessToken, tool.scopes)
    const call = { ...surroundings, companies, companiesWith: withScope, personId, clientId, log }
    const output = await tool.run(input, call)
    if (isToolError(output)) return refused(output.message)
    const structuredContent = tool.output.parse(output)
    const content = [text(JSON.stringify(structuredContent))]
    return { outcome: 'ok', result: { content, structuredContent } }
  } catch (error) {
    // Work that was broken off because nobody waits for it has not failed.
    const level = surroundings.signal.aborted ? 'debug' : 'error'
    log[level]({ err: error, tool: tool.name }, 'tool failed')
    const message = `${tool.title} failed unexpectedly. Correlation id: ${correlationId}`
    return { outcome: 'failed', result: { isError: true, content: [text(message)] } }
  }
}

function refused(message: string): Ended {
  return { outcome: 'refused', result: { isError: true, content: [text(message)] } }
}

function text(value: string) {
  return { type: 'text' as const, text: value }
}
