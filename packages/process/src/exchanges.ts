import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Middleware } from 'koa'
import { type CapturedBody, captureRequestBody, captureResponseBody } from './body-capture.ts'
import { type RecordedHeaders, redactBody, redactHeaders, redactUrl } from './exchange-redaction.ts'
import type { ServerName } from './server-name.ts'

/** One request and its answer as a server saw them, secrets replaced by kind and length. */
export interface Exchange {
  readonly id: string
  readonly server: ServerName
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
export function recordExchanges(recorder: ExchangeRecorder, server: ServerName): Middleware {
  return async function record(ctx, next) {
    if (/^\/(?:console|healthz|readyz|metrics)(?:\/|$)/.test(ctx.path)) return next()
    const startedAt = new Date()
    const startedMs = performance.now()
    const { method, url } = ctx.req
    // As they came: whoever handles the request may change them.
    const headers = { ...ctx.req.headers }
    const received = captureRequestBody(ctx.req, bodyLimitBytes)
    const sent = captureResponseBody(ctx.res, bodyLimitBytes)
    ctx.res.once('close', () => {
      const answered = ctx.res.headersSent
      const seen = {
        server,
        correlationId: ctx.state.correlationId,
        startedAt,
        durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
        method: method ?? '',
        url: url ?? '',
        status: answered ? ctx.res.statusCode : undefined,
        request: { headers, body: received },
        response: { headers: answered ? ctx.res.getHeaders() : {}, body: sent },
      }
      recorder.add(describing(seen))
    })
    await next()
  }
}

interface SeenMessage {
  readonly headers: IncomingHttpHeaders | OutgoingHttpHeaders
  readonly body: CapturedBody
}

interface SeenExchange extends Omit<Exchange, 'id' | 'request' | 'response'> {
  readonly request: SeenMessage
  readonly response: SeenMessage
}

/** Out here, so that what is kept until somebody looks holds on to nothing else of the request. */
function describing(seen: SeenExchange): () => Exchange {
  return () => ({
    ...seen,
    id: randomUUID(),
    url: redactUrl(seen.url),
    request: describeMessage(seen.request),
    response: describeMessage(seen.response),
  })
}

function describeMessage({ headers, body }: SeenMessage) {
  return { headers: redactHeaders(headers), body: bodyOf(headers['content-type'], body) }
}

function bodyOf(contentType: unknown, { content, length }: CapturedBody): unknown {
  return redactBody(String(contentType ?? ''), content(), length())
}
