import type { ServerResponse } from 'node:http'
import {
  type CapturedBody,
  captureRequestBody,
  captureResponseBody,
} from '@neonpanel/process/body-capture'
import { describeSecret, redactUrl } from '@neonpanel/process/exchange-redaction'
import type { Context, Middleware } from 'koa'
import { resourceServerAgent } from '../resource-server-agent.ts'
import { type AuthorizationRoutes, factsOf, kindAt } from './authorization-facts.ts'
import type { ExchangeKind } from './exchange-kinds.ts'
import { createFlowRecorder, type RecorderOptions } from './flow-recorder.ts'
import { bodyLimitBytes, keptBody, keptHeaders, keptText } from './redacted-message.ts'

/** Enough of a body to know what it is about, also where less of it is kept. */
const captureBytes = 64 * 1024

/**
 * Records what clients and browsers exchange with the authorization server on the way to a token. Stands outside of
 * everything that answers, so that it sees what was really sent.
 */
export function recordAuthorizationFlows(
  options: RecorderOptions,
  routes: AuthorizationRoutes,
): Middleware {
  const begin = createFlowRecorder('authorization-server', options)
  return async function recordFlow(ctx, next) {
    const kind = kindAt(ctx, routes)
    if (kind === undefined || ctx.get('User-Agent') === resourceServerAgent) return next()
    const exchange = begin(ctx)
    const request = {
      method: ctx.method,
      path: ctx.path,
      url: ctx.req.url ?? '',
      // As they came: whoever handles the request may change them.
      headers: { ...ctx.req.headers },
    }
    const received = captureRequestBody(ctx.req, captureBytes)
    const sent = captureResponseBody(ctx.res, captureBytes, () => end(true))
    const end = (isAnswered: boolean) => {
      const response = isAnswered ? messageOf(ctx.res) : undefined
      exchange.end(() => describe(kind, { request, received, response, sent }))
    }
    ctx.res.once('close', () => end(ctx.res.headersSent))
    await next()
  }
}

function messageOf(res: ServerResponse) {
  return { status: res.statusCode, headers: res.getHeaders() }
}

function describe(
  kind: ExchangeKind,
  {
    request,
    received,
    response,
    sent,
  }: {
    request: { method: string; path: string; url: string; headers: Context['req']['headers'] }
    received: CapturedBody
    response: ReturnType<typeof messageOf> | undefined
    sent: CapturedBody
  },
) {
  const facts = factsOf(kind, {
    url: request.url,
    headers: request.headers,
    body: received.content(),
    status: response?.status,
    location: response?.headers.location,
    answer: response && isJson(response.headers['content-type']) ? sent.content() : undefined,
  })
  return {
    status: response?.status,
    grantId: undefined,
    personId: undefined,
    ...facts,
    content: {
      request: {
        url: keptText(redactUrl(request.url)),
        headers: keptHeaders(request.headers),
        body: withoutTypos(kind, bounded(request.headers['content-type'], received)),
      },
      response: response && {
        headers: keptHeaders(response.headers),
        body: bounded(response.headers['content-type'], sent),
      },
    },
  }
}

/** People type their password where the e-mail address belongs. */
function withoutTypos(kind: ExchangeKind, body: unknown): unknown {
  if (kind !== 'interaction' || typeof body !== 'string') return body
  return body.replace(/(?<=^|&)email=([^&]*)/, (field, typed: string) =>
    typed.includes('%40') || typed.includes('@')
      ? field
      : `email=${describeSecret('email', typed)}`,
  )
}

function isJson(contentType: unknown): boolean {
  return /[/+]json\b/.test(String(contentType ?? ''))
}

function bounded(contentType: unknown, { content, length }: CapturedBody): unknown {
  const kept = length() <= bodyLimitBytes ? content() : Buffer.alloc(0)
  return keptBody(contentType, kept, length())
}
