import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Middleware } from 'koa'
import { type RecordedHeaders, redactBody, redactHeaders, redactUrl } from './exchange-redaction.ts'
import type { FaultServer } from './faults.ts'

/** One request and its answer as a server saw them, secrets replaced by kind and length. */
export interface Exchange {
  readonly id: string
  readonly server: FaultServer
  readonly correlationId: string | undefined
  readonly startedAt: Date
  readonly durationMs: number
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** `undefined` when the connection ended before an answer. */
  readonly status: number | undefined
  readonly request: { readonly headers: RecordedHeaders; readonly body: unknown }
  readonly response: { readonly headers: RecordedHeaders; readonly body: unknown }
}

/** The last exchanges, oldest first; older ones are forgotten. */
export interface ExchangeRecorder {
  list(): readonly Exchange[]
  /** @param describe called once, when somebody looks: most exchanges are forgotten before that */
  add(describe: () => Exchange): void
  clear(): void
}

const bodyLimitBytes = 64 * 1024

export function createExchangeRecorder(capacity = 500): ExchangeRecorder {
  const records: (() => Exchange)[] = []
  return {
    list: () => records.map((record) => record()),
    add(describe) {
      let described: Exchange | undefined
      records.push(() => {
        described ??= describe()
        return described
      })
      if (records.length > capacity) records.shift()
    },
    clear() {
      records.length = 0
    },
  }
}

/** Records every exchange of a server but those of the console, health and metrics. */
export function recordExchanges(recorder: ExchangeRecorder, server: FaultServer): Middleware {
  return async function record(ctx, next) {
    if (/^\/(?:console|healthz|readyz|metrics)(?:\/|$)/.test(ctx.path)) return next()
    const startedAt = new Date()
    const startedMs = performance.now()
    const { method, url } = ctx.req
    // As they came: whoever handles the request may change them.
    const headers = { ...ctx.req.headers }
    const received = watchRequest(ctx.req)
    const sent = watchResponse(ctx.res)
    ctx.res.once('close', () => {
      const answered = ctx.res.headersSent
      const responseHeaders = ctx.res.getHeaders()
      const status = answered ? ctx.res.statusCode : undefined
      const { correlationId } = ctx.state
      const durationMs = Math.round((performance.now() - startedMs) * 10) / 10
      recorder.add(() => ({
        id: randomUUID(),
        server,
        correlationId,
        startedAt,
        durationMs,
        method: method ?? '',
        url: redactUrl(url ?? ''),
        status,
        request: { headers: redactHeaders(headers), body: received(headers['content-type']) },
        response: {
          headers: answered ? redactHeaders(responseHeaders) : {},
          body: sent(responseHeaders['content-type']),
        },
      }))
    })
    await next()
  }
}

type Chunk = string | Uint8Array

/** Keeps the start of a body and counts the rest. */
function keepBody() {
  const chunks: Buffer[] = []
  let kept = 0
  let length = 0
  return {
    take(chunk: Chunk, encoding?: unknown) {
      const bytes =
        typeof chunk === 'string'
          ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
          : Buffer.from(chunk)
      length += bytes.length
      if (kept + bytes.length > bodyLimitBytes) return
      kept += bytes.length
      chunks.push(bytes)
    },
    recorded: (contentType: unknown) =>
      redactBody(String(contentType ?? ''), Buffer.concat(chunks), length),
  }
}

/** Listens without consuming: whoever reads the body, by events or by iteration, passes `emit`. */
function watchRequest(req: IncomingMessage) {
  const body = keepBody()
  const { emit } = req
  req.emit = function emitWatched(
    this: IncomingMessage,
    event: string | symbol,
    ...rest: unknown[]
  ) {
    if (event === 'data') body.take(rest[0] as Chunk)
    return Reflect.apply(emit, this, [event, ...rest])
  } as typeof req.emit
  return body.recorded
}

function watchResponse(res: ServerResponse) {
  const body = keepBody()
  const isChunk = (value: unknown): value is Chunk =>
    typeof value === 'string' || value instanceof Uint8Array
  const { write, end } = res
  let ending = false
  res.write = function writeWatched(this: ServerResponse, ...parameters: unknown[]) {
    if (isChunk(parameters[0]) && !ending) body.take(parameters[0], parameters[1])
    return Reflect.apply(write, this, parameters)
  } as typeof res.write
  res.end = function endWatched(this: ServerResponse, ...parameters: unknown[]) {
    if (isChunk(parameters[0]) && !ending) body.take(parameters[0], parameters[1])
    ending = true
    return Reflect.apply(end, this, parameters)
  } as typeof res.end
  return body.recorded
}
