import type Koa from 'koa'
import { answerRpcError, rpcCode } from './json-rpc.ts'

/**
 * The one place where an unexpected failure becomes an answer: JSON, the correlation id, nothing of the error. A
 * failure after the answer began can only end the connection.
 *
 * @param isMcpPath there the answer is a JSON-RPC error, elsewhere an OAuth one
 */
export function renderErrors(isMcpPath: (path: string) => boolean): Koa.Middleware {
  return async function renderUnexpectedErrors(ctx, next) {
    try {
      await next()
    } catch (error) {
      if (ctx.req.destroyed && !ctx.req.complete) return leave(ctx)
      ctx.state.log.error({ err: error }, 'request failed')
      if (ctx.headerSent) return leave(ctx)
      answerFailure(ctx, isMcpPath(ctx.path))
    }
    if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) answerNotFound(ctx)
  }
}

function leave(ctx: Koa.Context) {
  ctx.respond = false
  ctx.res.destroy()
}

function answerFailure(ctx: Koa.Context, isMcp: boolean) {
  const { correlationId } = ctx.state
  ctx.respond = true
  if (isMcp) {
    const message = 'Internal error'
    answerRpcError(ctx, 500, { code: rpcCode.internalError, message, data: { correlationId } })
    return
  }
  ctx.status = 500
  ctx.body = {
    error: 'server_error',
    error_description: 'The request failed unexpectedly.',
    correlation_id: correlationId,
  }
}

function answerNotFound(ctx: Koa.Context) {
  ctx.status = 404
  ctx.body = { error: 'not_found', error_description: 'Nothing is served at this URL.' }
}
