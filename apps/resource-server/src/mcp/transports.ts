import { isInitializeRequest, isJsonContentType } from '@modelcontextprotocol/server'
import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext, McpMiddleware } from '../request-state.ts'
import type { createLegacyStreams } from './legacy-streams.ts'
import type { createModernTransport } from './modern.ts'
import {
  acceptsEventStream,
  isModernMessage,
  messageOf,
  namesModernVersion,
} from './request-era.ts'
import type { createStreamableTransport } from './streamable.ts'

/** A row of the decision table. */
interface Row {
  /** Names the row in tests and logs: G for GET, P for POST, D for DELETE and the rest. */
  readonly id: string
  readonly when: Test
  readonly answer: (ctx: McpContext) => void | Promise<void>
}

type Test = (ctx: McpContext) => boolean

const forMethod =
  (method: string) =>
  (when: Test = always): Test =>
  (ctx) =>
    ctx.method === method && when(ctx)

const get = forMethod('GET')
const post = forMethod('POST')
const remove = forMethod('DELETE')

const always: Test = () => true
const namesSession: Test = (ctx) => ctx.get('Mcp-Session-Id') !== ''
const namesStream: Test = (ctx) => typeof ctx.query.sessionId === 'string'
const isResumption: Test = (ctx) => ctx.get('Last-Event-ID') !== ''
const isInitialize: Test = (ctx) => isInitializeRequest(messageOf(ctx))
const isNotJson: Test = (ctx) => !isJsonContentType(ctx.get('Content-Type')) || !ctx.state.body.ok

const everyMethod = 'GET, POST, DELETE, OPTIONS'

/**
 * Which transport a request is for; the first row that fits answers. Every 2025 `initialize` gets a session id, so that
 * a GET without one can only be for the 2024-11-05 transport.
 */
export function mcpTransports({
  modern,
  streamable,
  legacy,
}: {
  modern: ReturnType<typeof createModernTransport>
  streamable: ReturnType<typeof createStreamableTransport>
  /** Undefined when the 2024-11-05 transport is switched off. */
  legacy: ReturnType<typeof createLegacyStreams> | undefined
}): McpMiddleware {
  const openStream = legacy?.openStream ?? notAllowed(everyMethod)

  const everyRevision: readonly Row[] = [
    { id: 'G1', when: get(namesSession), answer: streamable.openStream },
    { id: 'G2', when: get(isResumption), answer: notAllowed(everyMethod) },
    { id: 'G3', when: get(namesModernVersion), answer: notAllowed(everyMethod) },
    { id: 'G4', when: get(acceptsEventStream), answer: openStream },
    { id: 'G5', when: get(), answer: notAcceptable },
    { id: 'P0', when: post(isNotJson), answer: notJson },
    ...(legacy ? [{ id: 'P1', when: post(namesStream), answer: legacy.deliver }] : []),
    { id: 'P2', when: post(isModernMessage), answer: modern.answer },
    { id: 'P3', when: post(namesSession), answer: streamable.answer },
    { id: 'P4', when: post(isInitialize), answer: streamable.begin },
    { id: 'P5', when: post(), answer: sessionRequired },
    { id: 'D1', when: remove(namesSession), answer: streamable.end },
    { id: 'D2', when: always, answer: notAllowed(everyMethod) },
  ]
  const legacyAlone: readonly Row[] = legacy
    ? [
        { id: 'G4', when: get(acceptsEventStream), answer: openStream },
        { id: 'G5', when: get(), answer: notAcceptable },
        { id: 'P1', when: post(namesStream), answer: jsonOnly(legacy.deliver) },
        { id: 'D2', when: always, answer: notAllowed('GET, OPTIONS') },
      ]
    : [{ id: 'D2', when: always, answer: notAllowed('OPTIONS') }]

  return async function answerByRevision(ctx) {
    const table = ctx.state.resource.legacyOnly ? legacyAlone : everyRevision
    const row = table.find(({ when }) => when(ctx))!
    ctx.state.log.debug({ row: row.id }, 'routed')
    await row.answer(ctx)
  }
}

function jsonOnly(answer: Row['answer']): Row['answer'] {
  return (ctx) => (isNotJson(ctx) ? notJson(ctx) : answer(ctx))
}

function notJson(ctx: McpContext) {
  const { body } = ctx.state
  if (!isJsonContentType(ctx.get('Content-Type'))) {
    const message = 'Unsupported Media Type: Content-Type must be application/json'
    return answerRpcError(ctx, 415, { code: rpcCode.refused, message })
  }
  if (!body.ok) answerRpcError(ctx, 400, body)
}

function notAllowed(allow: string): Row['answer'] {
  return (ctx) => {
    ctx.set('Allow', allow)
    answerRpcError(ctx, 405, { code: rpcCode.refused, message: 'Method not allowed' })
  }
}

function notAcceptable(ctx: McpContext) {
  const message = 'Not Acceptable: Accept must allow text/event-stream'
  answerRpcError(ctx, 406, { code: rpcCode.refused, message })
}

function sessionRequired(ctx: McpContext) {
  const message = 'Mcp-Session-Id required: begin with initialize'
  answerRpcError(ctx, 400, { code: rpcCode.refused, message })
}
