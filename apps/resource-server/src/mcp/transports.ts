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
  /** As in SPEC-MATRIX B.4. */
  readonly id: string
  readonly when: (ctx: McpContext) => boolean
  readonly answer: (ctx: McpContext) => void | Promise<void>
}

const isGet = ({ method }: McpContext) => method === 'GET'
const isPost = ({ method }: McpContext) => method === 'POST'
const isDelete = ({ method }: McpContext) => method === 'DELETE'
const namesSession = (ctx: McpContext) => ctx.get('Mcp-Session-Id') !== ''
const namesStream = (ctx: McpContext) => typeof ctx.query.sessionId === 'string'
const isResumption = (ctx: McpContext) => ctx.get('Last-Event-ID') !== ''
const always = () => true
const everyMethod = 'GET, POST, DELETE, OPTIONS'
const isInitialize = (ctx: McpContext) => isInitializeRequest(messageOf(ctx))

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
  const isForStream = (ctx: McpContext) => isPost(ctx) && namesStream(ctx)
  const openStream = legacy?.openStream ?? notAllowed(everyMethod)

  const everyRevision: readonly Row[] = [
    { id: 'G1', when: (ctx) => isGet(ctx) && namesSession(ctx), answer: streamable.openStream },
    { id: 'G2', when: (ctx) => isGet(ctx) && isResumption(ctx), answer: notAllowed(everyMethod) },
    {
      id: 'G3',
      when: (ctx) => isGet(ctx) && namesModernVersion(ctx),
      answer: notAllowed(everyMethod),
    },
    { id: 'G4', when: (ctx) => isGet(ctx) && acceptsEventStream(ctx), answer: openStream },
    { id: 'G5', when: isGet, answer: notAcceptable },
    { id: 'P0', when: (ctx) => isPost(ctx) && !isJson(ctx), answer: notJson },
    ...(legacy ? [{ id: 'P1', when: isForStream, answer: legacy.deliver }] : []),
    { id: 'P2', when: (ctx) => isPost(ctx) && isModernMessage(ctx), answer: modern.answer },
    { id: 'P3', when: (ctx) => isPost(ctx) && namesSession(ctx), answer: streamable.answer },
    { id: 'P4', when: (ctx) => isPost(ctx) && isInitialize(ctx), answer: streamable.begin },
    { id: 'P5', when: isPost, answer: sessionRequired },
    { id: 'D1', when: (ctx) => isDelete(ctx) && namesSession(ctx), answer: streamable.end },
    { id: 'D2', when: always, answer: notAllowed(everyMethod) },
  ]
  const legacyAlone: readonly Row[] = legacy
    ? [
        { id: 'G4', when: (ctx) => isGet(ctx) && acceptsEventStream(ctx), answer: openStream },
        { id: 'G5', when: isGet, answer: notAcceptable },
        { id: 'P0', when: (ctx) => isForStream(ctx) && !isJson(ctx), answer: notJson },
        { id: 'P1', when: isForStream, answer: legacy.deliver },
        { id: 'D2', when: always, answer: notAllowed('GET, OPTIONS') },
      ]
    : [{ id: 'D2', when: always, answer: notAllowed('OPTIONS') }]

  return async function answerByRevision(ctx) {
    const table = ctx.state.resource.legacyOnly ? legacyAlone : everyRevision
    await table.find(({ when }) => when(ctx))?.answer(ctx)
  }
}

function isJson(ctx: McpContext): boolean {
  return isJsonContentType(ctx.get('Content-Type')) && ctx.state.body.ok
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
