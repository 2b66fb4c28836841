import type Koa from 'koa'

/** Codes of JSON-RPC 2.0 section 5.1, and the one that MCP servers use for refusals of the transport. */
export const rpcCode = {
  parseError: -32_700,
  invalidRequest: -32_600,
  internalError: -32_603,
  refused: -32_000,
  sessionNotFound: -32_001,
} as const

/** Answers a request as a whole with a JSON-RPC error; no message of it was dispatched, so that no id is named. */
export function answerRpcError(
  ctx: Pick<Koa.Context, 'status' | 'body'>,
  status: number,
  { code, message, data }: { code: number; message: string; data?: Record<string, unknown> },
) {
  ctx.status = status
  ctx.body = { jsonrpc: '2.0', error: { code, message, ...(data && { data }) }, id: null }
}
