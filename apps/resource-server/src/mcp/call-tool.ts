import type {
  CallToolResult,
  ClientCapabilities,
  InputRequiredResult,
  ServerContext,
} from '@modelcontextprotocol/server'
import type { Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import { type AccessToken, companiesWith } from '../access-token.ts'
import { callerOf } from './caller.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import type { AskingCall, Confirmations } from './confirmation.ts'
import { defaultLimits } from './limits.ts'
import type { McpMeasures, ToolOutcome } from './measures.ts'
import { ownerOf } from './principal.ts'
import { progressOf } from './progress.ts'
import { isQuestion, isToolError, type Tool } from './tool.ts'

/**
 * @param input what the tool's own schema parsed
 * @param client what it declared for this request, or for its session
 */
export type CallTool = (
  tool: Tool,
  input: Record<string, unknown>,
  context: ServerContext,
  client: ClientCapabilities | undefined,
) => Promise<CallToolResult | InputRequiredResult>

interface Ended {
  readonly outcome: ToolOutcome
  readonly result: CallToolResult | InputRequiredResult
}

interface Surroundings {
  readonly database: Database
  readonly confirmations: Confirmations
}

/**
 * Makes what runs tools. An expected failure is for the model; an unexpected one is for our log, and the answer has
 * only its correlation id.
 */
export function createToolCaller({
  measures,
  runningCalls = defaultLimits.runningCalls,
  ...surroundings
}: Surroundings & { measures: McpMeasures; runningCalls?: number | undefined }): CallTool {
  const { begin, limit } = createConcurrencyLimit(runningCalls)
  return async function callTool(tool, input, context, client) {
    const end = begin(ownerOf(callerOf(context).accessToken))
    const work = end
      ? run(tool, { toolName: tool.name, input, context, client }, surroundings)
      : refused(`More than ${limit} calls run at once. Wait for some of them, then try again.`)
    callerOf(context).watch?.(Promise.resolve(work).then(({ result }) => result))
    const { outcome, result } = await work
    end?.()
    measures.countCall(tool.name, outcome)
    return result
  }
}

async function run(
  tool: Tool,
  call: AskingCall,
  { database, confirmations }: Surroundings,
): Promise<Ended> {
  const caller = callerOf(call.context)
  const { correlationId, log } = caller
  const { signal } = call.context.mcpReq
  try {
    if (!holdsScopesOf(tool, caller.accessToken)) throw new Error('Scopes were not checked')
    const person = confirmations.personOf(call)
    if (!person) return refused(stateOfAnotherCall)
    // While a person thinks, access may end: then what they agree to is not done.
    const accessToken = person.answer ? await caller.judgeAgain() : caller.accessToken
    if (!accessToken || !holdsScopesOf(tool, accessToken)) return refused(accessEnded)
    const output = await tool.run(call.input, {
      database,
      companies: companiesWith(accessToken, tool.scopes),
      companiesWith: (scope: Scope) => companiesWith(accessToken, [...tool.scopes, scope]),
      personId: accessToken.personId,
      clientId: accessToken.clientId,
      correlationId,
      log,
      signal,
      progress: progressOf(call.context),
      person,
    })
    if (isToolError(output)) return refused(output.message)
    if (isQuestion(output)) {
      return { outcome: 'asked', result: await confirmations.ask(output, call) }
    }
    const structuredContent = tool.output.parse(output)
    const content = [text(JSON.stringify(structuredContent))]
    return { outcome: 'ok', result: { content, structuredContent } }
  } catch (error) {
    // Work that was broken off because nobody waits for it has not failed.
    const level = signal.aborted ? 'debug' : 'error'
    log[level]({ err: error, tool: tool.name }, 'tool failed')
    const message = `${tool.title} failed unexpectedly. Correlation id: ${correlationId}`
    return { outcome: 'failed', result: { isError: true, content: [text(message)] } }
  }
}

function holdsScopesOf({ scopes }: Tool, accessToken: AccessToken): boolean {
  return scopes.every((scope) => accessToken.scopes.has(scope))
}

const accessEnded =
  'Access has ended or could not be checked while the person was asked, so nothing was done. Call again.'

const stateOfAnotherCall =
  'requestState is that of another call. Repeat the call that it came from with the same arguments, or leave it out.'

function refused(message: string): Ended {
  return { outcome: 'refused', result: { isError: true, content: [text(message)] } }
}

function text(value: string) {
  return { type: 'text' as const, text: value }
}
