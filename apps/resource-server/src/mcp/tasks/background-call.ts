import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Caller } from '../caller.ts'
import type { WebHandler } from '../hand-over.ts'
import { type RpcAnswer, readRpcAnswer } from './rpc-answer.ts'
import type { JsonObject } from './task.ts'

/** A `tools/call` as it came. */
export interface CallMessage {
  readonly jsonrpc: '2.0'
  readonly id: string | number
  readonly method: string
  readonly params: JsonObject & { readonly name: string; readonly _meta?: JsonObject }
}

/** A call that can outlive the request that began it. */
export interface BackgroundCall {
  /** Status and answer of the call; of one that was broken off, 499 and nothing. */
  readonly first: Promise<{ status: number; answer: RpcAnswer | undefined }>
  /** Breaks the call off, whichever round it is in. */
  readonly stop: AbortController
  /** Latest words of its progress. */
  progress(): string | undefined
  /** Makes the call again, with what the client answered to its questions. */
  again(answers: {
    inputResponses: JsonObject
    requestState?: unknown
  }): Promise<RpcAnswer | undefined>
  /** How the tool itself has ended a call that was broken off: it may have been too late to stop it. */
  workResult(): Promise<JsonObject | undefined>
}

/**
 * Makes a call through the SDK as if it had come by HTTP, so that it passes the very same gates, with an end of its own.
 *
 * @param onRequest gets the request that stands for the first round, before it is handed on
 */
export function startCall(
  next: WebHandler,
  { request, authInfo, message }: { request: Request; authInfo: AuthInfo; message: CallMessage },
  onRequest: (request: Request) => void,
): BackgroundCall {
  const stop = new AbortController()
  const { url, headers } = request
  let progress: string | undefined
  let work: Promise<JsonObject | undefined> | undefined
  const watch = (tool: Promise<JsonObject>) => {
    work = tool.catch(() => undefined)
  }
  const watched = withWatch(authInfo, watch)

  async function send(params: JsonObject, begin: (request: Request) => void) {
    work = undefined
    const _meta = { ...message.params._meta, progressToken: 'task' }
    const parsedBody = { ...message, params: { ...params, _meta } }
    const round = new Request(url, { method: 'POST', headers, signal: stop.signal })
    begin(round)
    const response = await next(round, { authInfo: watched, parsedBody })
    const answer = await readRpcAnswer(response, (method, report) => {
      if (method === 'notifications/progress') progress = wordsOf(report)
    })
    return { status: response.status, answer }
  }

  return {
    first: send(message.params, onRequest),
    stop,
    progress: () => progress,
    async again(answers) {
      return (await send({ ...message.params, ...answers }, () => {})).answer
    },
    workResult: async () => work,
  }
}

function withWatch(authInfo: AuthInfo, watch: NonNullable<Caller['watch']>): AuthInfo {
  const caller = { ...(authInfo.extra!.caller as Caller), watch }
  return { ...authInfo, extra: { ...authInfo.extra, caller } }
}

function wordsOf({ message, progress, total }: JsonObject): string {
  if (typeof message === 'string') return message
  return total === undefined ? String(progress) : `${progress} of ${total}`
}
