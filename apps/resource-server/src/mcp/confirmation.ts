import { createHash } from 'node:crypto'
import {
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Question, Questioning } from './tool.ts'

/** One call of a tool, as it came; the client sends it again with the person's answer. */
export interface AskingCall {
  readonly toolName: string
  readonly input: Record<string, unknown>
  readonly context: ServerContext
  /** What the client declared for this request, or for its session. */
  readonly client: ClientCapabilities | undefined
}

/** The one thing that is asked at a time. */
const key = 'confirmation'

const stateSchema = z.object({ call: z.string(), subject: z.string() })

/**
 * Asks the person through the client (MCP elicitation). In revision 2026-07-28 the client gets the question as the
 * result and calls again; in a session the SDK sends it as a request of the server and calls the tool again itself.
 */
export function createConfirmations(codec: RequestStateCodec) {
  return {
    /** @returns undefined when the call brings the state of another call */
    personOf(call: AskingCall): Questioning | undefined {
      const canAsk = showsForms(call.client)
      const state = call.context.mcpReq.requestState()
      if (state === undefined) return { canAsk, answer: undefined }
      const { success, data } = stateSchema.safeParse(state)
      if (!success || data.call !== digestOf(call)) return undefined
      const response = inputResponse(call.context.mcpReq.inputResponses, key)
      if (response.kind !== 'elicit') return { canAsk, answer: undefined }
      return { canAsk, answer: { action: response.action, subject: data.subject } }
    },

    async ask({ message, subject }: Question, call: AskingCall): Promise<InputRequiredResult> {
      const state = { call: digestOf(call), subject }
      // Nothing to fill in: to accept or not is all that is asked.
      const requestedSchema = { type: 'object' as const, properties: {} }
      return inputRequired({
        inputRequests: { [key]: inputRequired.elicit({ message, requestedSchema }) },
        requestState: await codec.mint(state, call.context),
      })
    },
  }
}

export type Confirmations = ReturnType<typeof createConfirmations>

/** Forms are what a client means that declares elicitation without saying more. */
function showsForms(client: ClientCapabilities | undefined): boolean {
  const { elicitation } = client ?? {}
  return elicitation !== undefined && (elicitation.form !== undefined || !elicitation.url)
}

function digestOf({ toolName, input }: AskingCall): string {
  return createHash('sha256')
    .update(JSON.stringify([toolName, input]))
    .digest('base64url')
}
