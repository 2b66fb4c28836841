import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { McpHandlerRequestOptions } from '@modelcontextprotocol/server'
import { noteFlow } from '@neonpanel/flows/recording/flow-notes'
import type { McpContext } from '../request-state.ts'
import { authInfoOf } from './caller.ts'

/** One of the SDK's web-standard handlers. */
export type WebHandler = (request: Request, options: McpHandlerRequestOptions) => Promise<Response>

/**
 * Lets the SDK answer a request on the raw response; Koa's headers stay. The body is handed over parsed, so that it is
 * neither read nor written again. The handler sees neither the bearer token nor who else is behind the request: only
 * what `Caller` says.
 *
 * @param body the parsed body of a POST
 * @param end how to close the answer when the token dies meanwhile; without it the connection is cut
 */
export async function handOver(
  ctx: McpContext,
  handler: WebHandler,
  { body, end = () => ctx.res.destroy() }: { body?: unknown; end?: () => void } = {},
) {
  const authInfo = authInfoOf(ctx.state, ctx.state.resource.identifier)
  const parsedBody = body === undefined ? {} : { parsedBody: body }
  const gone = callerGone(ctx.res)
  const response = await handler(webRequest(ctx, gone), { authInfo, ...parsedBody })
  ctx.respond = false
  if (!isEventStream(response)) return sendWhole(response, ctx)
  ctx.state.endWithToken(end)
  await sendStream(response, ctx.res, gone)
}

/** Aborts when the caller goes away before the answer has ended. */
function callerGone(res: ServerResponse): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort()
  })
  return gone.signal
}

/**
 * What the SDK reads of a request whose body it is given parsed. A real `Request` would cost a tenth of a call; one that
 * the SDK began to read otherwise would fail every test of this server.
 */
function webRequest({ req, method }: McpContext, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers)) {
    if (name !== 'authorization' && value !== undefined) headers.set(name, String(value))
  }
  headers.set('accept', lenientAccept(req.headers.accept))
  const read = { method, url: `http://localhost${req.url}`, headers, signal }
  return read as unknown as Request
}

/** The SDK looks for both types by name; whoever accepts anything accepts them. */
function lenientAccept(accept: string | undefined): string {
  const anything = accept === undefined || /(?:^|,)\s*\*\/\*/.test(accept)
  return anything ? 'application/json, text/event-stream' : accept
}

function isEventStream({ body, headers }: Response): boolean {
  return body !== null && headers.get('Content-Type')?.startsWith('text/event-stream') === true
}

async function sendWhole(response: Response, { res }: McpContext) {
  const content = await response.text()
  if (response.status >= 400) noteRpcError(content, res)
  const headers = {
    ...Object.fromEntries(response.headers),
    'content-length': Buffer.byteLength(content),
  }
  // As text, which Node sends together with the head.
  res.writeHead(response.status, headers).end(content)
}

/** Flows see no body of an answer that is sent past Koa. */
function noteRpcError(content: string, res: ServerResponse) {
  const code = /"code":(-?\d+)/.exec(content)?.[1]
  if (code !== undefined) noteFlow({ res }, { reason: 'rpc_error', got: code })
}

async function sendStream(response: Response, res: ServerResponse, gone: AbortSignal) {
  res.writeHead(response.status, Object.fromEntries(response.headers))
  // The first event may be long in coming; the client wants to know now that the stream is open.
  res.flushHeaders()
  const reader = response.body!.getReader()
  gone.addEventListener('abort', () => void reader.cancel())
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (!res.write(chunk.value)) await once(res, 'drain', { signal: gone }).catch(leave)
  }
  res.end()
}

/** The reader has been cancelled: the next read ends the loop. */
function leave() {}
