import type { Scope } from '@neonpanel/contracts/scopes'
import type { ToolName, toolScopes } from '@neonpanel/contracts/tool-catalogue'
import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import type { z } from 'zod'

/** How far a call is. */
export interface Progress {
  /** Grows from one report to the next. */
  readonly done: number
  readonly total?: number
  readonly message?: string
}

/** Whom the answer is for: a person, who may be asked before something is written. */
export interface Questioning {
  /** Whether the client shows forms to its person (MCP elicitation). */
  readonly canAsk: boolean
  /** What the person answered to the question that this call asked before; undefined when it asked none. */
  readonly answer: PersonsAnswer | undefined
}

export interface PersonsAnswer {
  readonly action: 'accept' | 'decline' | 'cancel'
  /** The question's `subject`. */
  readonly subject: string
}

/** What a tool knows about the call that it answers. */
export interface ToolContext {
  readonly database: Database
  /**
   * Ids of the companies in which the caller holds all scopes of the tool; a tool never reads a row of another one.
   */
  readonly companies: readonly string[]
  /** Those of them in which the caller also holds a scope that only a part of the answer needs. */
  companiesWith(scope: Scope): readonly string[]
  /** `sub` of the token: the person, or the client itself for `client_credentials`. */
  readonly personId: string
  readonly clientId: string
  readonly correlationId: string
  /** Carries the correlation id of the request. */
  readonly log: Log
  /** Aborts when the caller cancels or goes away. */
  readonly signal: AbortSignal
  /** Tells a caller that wants to know how far the work is; to any other it does nothing. */
  progress(report: Progress): void
  readonly person: Questioning
}

/** Hints for hosts, which ask a person before a tool that may change data (MCP server/tools). */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
}

/** Annotations of a tool that only reads the ledger. */
export const readsOnly: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}

const toolErrorMark = Symbol('tool error')

/** An expected failure that the model should read: an unknown id, a period without data. */
export interface ToolError {
  readonly [toolErrorMark]: true
  readonly message: string
}

/** @param message for the model and the person; it says what to do instead */
export function toolError(message: string): ToolError {
  return { [toolErrorMark]: true, message }
}

export function isToolError(value: object): value is ToolError {
  return toolErrorMark in value
}

const questionMark = Symbol('question')

/** What the person has to agree to before the tool goes on: the call comes again, with the answer. */
export interface Question {
  readonly [questionMark]: true
  readonly message: string
  readonly subject: string
}

/**
 * Only for a client that can ask (`Questioning.canAsk`).
 *
 * @param message for the person
 * @param subject what exactly they agree to, such as a digest; comes back with the answer, out of the client's reach
 */
export function askPerson(message: string, subject: string): Question {
  return { [questionMark]: true, message, subject }
}

export function isQuestion(value: object): value is Question {
  return questionMark in value
}

/** A tool as its author writes it; `Name` ties `scopes` to the catalogue of the contract. */
export interface ToolDefinition<
  Name extends ToolName,
  Input extends z.ZodObject,
  Output extends z.ZodObject,
> {
  readonly name: Name
  readonly title: string
  /** Tells a model when to use it. */
  readonly description: string
  /** All are needed; checked before the call is dispatched. */
  readonly scopes: (typeof toolScopes)[Name]
  readonly input: Input
  readonly output: Output
  readonly annotations: ToolAnnotations
  /** Whether a call is worth running in the background, where the client can (MCP tasks). */
  readonly mayTakeLong?: boolean
  /**
   * Returns the structured output, `toolError(…)` or `askPerson(…)`; what it throws is reported without its text.
   */
  run(
    input: z.output<Input>,
    context: ToolContext,
  ): Outcome<z.input<Output>> | Promise<Outcome<z.input<Output>>>
}

type Outcome<Output> = Output | ToolError | Question

/** A tool as the server holds it, whatever its schemas. */
export interface Tool {
  readonly name: ToolName
  readonly title: string
  readonly description: string
  readonly scopes: readonly Scope[]
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly annotations: ToolAnnotations
  readonly mayTakeLong?: boolean
  /** @param input what `input` parsed */
  run(input: Record<string, unknown>, context: ToolContext): Promise<object>
}

/** Declares a tool: name, scopes, input, output, and the function that does the work. */
export function defineTool<
  Name extends ToolName,
  Input extends z.ZodObject,
  Output extends z.ZodObject,
>(definition: ToolDefinition<Name, Input, Output>): Tool {
  const { run } = definition
  return {
    ...definition,
    // The server parses `input` with this definition's own schema, so the cast restores what the compiler cannot see.
    run: async (input, context) => run(input as z.output<Input>, context),
  }
}

/** How a host learns which scopes to ask for before it calls (Apps SDK `securitySchemes`). */
export function securitySchemes(tool: Tool) {
  return [{ type: 'oauth2' as const, scopes: [...tool.scopes] }]
}
