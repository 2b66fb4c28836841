import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext } from '../request-state.ts'

/** How a request says that it has been passed on once (RFC 9110 section 7.6.3). */
const via = '1.1 neonpanel-mcp'

/** Headers of one connection; they are not passed on (RFC 9110 section 7.6.1). */
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length']

/** `host:port` of this process for its siblings. Bound to every address, it is found at the first outside one. */
export function siblingAddress(host: string, port: number): string {
  if (host !== '0.0.0.0' && host !== '::')
    return `${host.includes(':') ? `[${host}]` : host}:${port}`
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)
  return `${outside?.address ?? '127.0.0.1'}:${port}`
}

const connectWithinMs = 2_000

/** Streams carry a comment every 15 s; a process that is silent for so long is gone with its machine. */
const silenceLimitMs = 60_000

/** Nothing was asked of a process that can't be reached; one that is misdirected does not hold the session. */
export type PassedOn = 'answered' | 'unreachable' | 'misdirected'

/** How a process says to its sibling that it does not hold the session (RFC 9110 section 15.5.20). */
export const misdirected = 421

export function wasPassedOn(ctx: Pick<McpContext, 'get'>): boolean {
  return ctx.get('Via').includes(via)
}

type SiblingAnswer =
  | { readonly ok: true; readonly answer: IncomingMessage }
  | { readonly ok: false; readonly reason: 'unreachable' | 'broken' }

/** Passes a request on to the process that holds its session, bearer included: that process judges it again. */
export async function passOn(ctx: McpContext, address: string): Promise<PassedOn> {
  const result = await ask(ctx, address)
  if (!result.ok) {
    if (result.reason === 'unreachable') return 'unreachable'
    answerBrokenOff(ctx)
    return 'answered'
  }
  const { answer } = result
  if (answer.statusCode === misdirected) {
    answer.resume()
    return 'misdirected'
  }
  ctx.respond = false
  ctx.res.writeHead(answer.statusCode ?? 502, passedOn(answer.headers))
  ctx.res.flushHeaders()
  // A holder that dies in mid-answer must not look like an answer that ended.
  answer.once('error', () => ctx.res.destroy())
  answer.pipe(ctx.res)
  return 'answered'
}

/** The work may have been done or not: whether to try again is the client's to decide. */
function answerBrokenOff(ctx: McpContext) {
  ctx.state.log.warn('the process that holds the session broke off')
  const message = 'The process that holds the session broke off before it answered'
  answerRpcError(ctx, 502, { code: rpcCode.refused, message })
}

function ask(ctx: McpContext, address: string): Promise<SiblingAnswer> {
  const { promise, resolve } = Promise.withResolvers<SiblingAnswer>()
  // This process has judged the host; to the other one it is the public name.
  const { host } = new URL(ctx.state.resource.identifier)
  const headers = { ...passedOn(ctx.req.headers), host, via }
  const request = httpRequest(`http://${address}`, {
    method: ctx.method,
    path: ctx.req.url,
    headers,
    // A kept connection may just be closing, which would look like a request that was begun.
    agent: false,
  })
  let connected = false
  const giveUp = setTimeout(() => request.destroy(), connectWithinMs)
  request.once('socket', (socket) => {
    socket.once('connect', () => {
      connected = true
      clearTimeout(giveUp)
    })
  })
  request.setTimeout(silenceLimitMs, () => request.destroy())
  request.once('response', (answer) => resolve({ ok: true, answer }))
  request.on('error', () => resolve({ ok: false, reason: connected ? 'broken' : 'unreachable' }))
  request.once('close', () => clearTimeout(giveUp))
  ctx.res.once('close', () => request.destroy())
  request.end(ctx.state.body?.ok ? ctx.state.body.text : undefined)
  return promise
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)))
}
