import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { answerRpcError, rpcCode } from '../json-rpc.ts'
import type { McpContext, McpMiddleware } from '../request-state.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import type { Limits } from './limits.ts'
import { isListenRequest } from './listen.ts'
import type { LimitName } from './measures.ts'
import { ownerOf } from './principal.ts'
import { messageOf } from './request-era.ts'

/**
 * Bounds what a principal asks of this process, whatever the revision: messages in a window, and streams open at a time
 * (MCP server/tools, security considerations: servers must rate-limit tool invocations). Who is beyond gets 429 with
 * `Retry-After` before anything is dispatched.
 *
 * @param onRefused counts refusals
 */
export function limitRequests({
  limits: { messages, windowSeconds, openStreams },
  onRefused,
}: {
  limits: Limits
  onRefused: (limit: LimitName) => void
}): McpMiddleware {
  const rate = new RateLimiterMemory({ points: messages, duration: windowSeconds })
  const streams = createConcurrencyLimit(openStreams)

  function refuse(ctx: McpContext, limit: LimitName, seconds: number, message: string) {
    onRefused(limit)
    ctx.set('Retry-After', String(seconds))
    answerRpcError(ctx, 429, { code: rpcCode.refused, message, data: { retryAfter: seconds } })
  }

  return async function limitPrincipal(ctx, next) {
    const owner = ownerOf(ctx.state.accessToken)
    const spent = await rate.consume(owner, cost(ctx)).catch(asRefusal)
    if (spent.consumedPoints > messages) {
      // The clock may have been put back; a window is never longer than it is.
      const seconds = Math.min(Math.ceil(spent.msBeforeNext / 1000), windowSeconds)
      const rule = `At most ${messages} messages in ${windowSeconds} s`
      return refuse(ctx, 'messages', seconds, `Too many requests. ${rule}; wait ${seconds} s.`)
    }
    if (!opensStream(ctx)) return next()
    const end = streams.begin(owner)
    if (end === undefined) {
      const rule = `At most ${openStreams} streams are open at a time`
      return refuse(ctx, 'open_streams', 30, `Too many open streams. ${rule}; close some of them.`)
    }
    ctx.res.once('close', end)
    return next()
  }
}

/** The library refuses by rejecting with its result; anything else is an error. */
function asRefusal(refusal: unknown): RateLimiterRes {
  if (refusal instanceof RateLimiterRes) return refusal
  throw refusal
}

function cost(ctx: McpContext): number {
  const message = messageOf(ctx)
  return Array.isArray(message) ? Math.max(1, message.length) : 1
}

/** Other answers that stream end with the work that they are about, which is limited where it is done. */
function opensStream(ctx: McpContext): boolean {
  return ctx.method === 'GET' || isListenRequest(messageOf(ctx))
}
