import { captureResponseBody } from '@neonpanel/process/body-capture'
import { redactUrl } from '@neonpanel/process/exchange-redaction'
import type { Context, Middleware } from 'koa'
import { createFirstUses, type FirstUse } from './first-uses.ts'
import { arrivalNow, createFlowRecorder, type RecorderOptions } from './flow-recorder.ts'
import { joinBy } from './joins.ts'
import { claimsNote, presentedToken, unverifiedGrant } from './presented-token.ts'
import type { ExchangeContent, ServerNote } from './recorded-exchange.ts'
import { bodyLimitBytes, cut, keptBody, keptHeaders, lastEvent } from './redacted-message.ts'
import { kindOfUse, refusalOf, type Verified } from './resource-facts.ts'

/** How a resource server takes part in flows. */
export interface ResourceRecorder {
  /** Records what is refused, and metadata. Stands outside of everything that answers. */
  readonly recordRefusals: Middleware
  /** Records what a grant does first. Stands behind the judgement of tokens; other calls pass after one look. */
  readonly recordFirstUses: Middleware
}

/** @param isServed whether MCP requests belong at a path */
export function createResourceRecorder(
  options: RecorderOptions,
  isServed: (path: string) => boolean,
): ResourceRecorder {
  const begin = createFlowRecorder('resource-server', options)
  const firsts = createFirstUses()
  return {
    async recordRefusals(ctx, next) {
      const arrival = arrivalNow()
      await next()
      const refusal = refusalOf(ctx, isServed)
      if (refusal === undefined) return
      const token = presentedToken(ctx)
      if (refusal.kind === 'refused_token') {
        // A client comes back with a better token of the same grant; that is worth seeing. The claim is nobody's proof,
        // and all that it can bring about is one more row.
        const grant = unverifiedGrant(token)
        if (grant !== undefined) firsts.forget(grant)
      }
      const { accessToken } = ctx.state
      const status = refusal.isAnswered ? ctx.status : undefined
      const response = refusal.isAnswered
        ? { headers: keptHeaders(ctx.res.getHeaders()), body: bodyOfKoa(ctx) }
        : undefined
      const notes = refusal.kind === 'refused_token' ? claimsNote(token) : []
      begin(ctx, arrival).end(() => ({
        kind: refusal.kind,
        step: refusal.step,
        status,
        ...aboutToken(accessToken, token),
        content: { ...contentOf(ctx, notes), response },
      }))
    },
    async recordFirstUses(ctx, next) {
      const { accessToken }: { accessToken: Verified } = ctx.state
      const use = kindOfUse(ctx)
      if (use === undefined) return next()
      const grant =
        accessToken.grantId ?? `${accessToken.clientId} ${accessToken.expiresAt.getTime()}`
      if (!firsts.take(grant, use)) return next()
      const exchange = begin(ctx)
      const end = () => {
        // What is refused is recorded as such.
        if (ctx.res.statusCode >= 400) return firsts.giveBack(grant, use)
        const status = ctx.res.statusCode
        const headers = { ...ctx.res.getHeaders() }
        exchange.end(() => ({
          kind: use,
          step: use === 'tool_call' ? 'tool_call' : 'connect',
          status,
          ...aboutToken(accessToken, presentedToken(ctx)),
          content: {
            ...contentOf(ctx, []),
            response: { headers: keptHeaders(headers), body: sent(headers['content-type']) },
          },
        }))
      }
      const sent = watchAnswer(ctx, use, end)
      await next()
    },
  }
}

function aboutToken(accessToken: Verified | undefined, token: string | undefined) {
  return {
    clientId: accessToken?.clientId,
    grantId: accessToken?.grantId,
    personId: accessToken?.personId,
    joins: token === undefined ? [] : [joinBy.accessToken(token)],
  }
}

function contentOf(ctx: Context, notes: readonly ServerNote[]): ExchangeContent {
  const { headers, url } = ctx.req
  const { body } = ctx.state
  const text = Buffer.from(body?.ok ? body.text : '')
  const kept = text.length <= bodyLimitBytes ? text : Buffer.alloc(0)
  return {
    request: {
      url: cut(redactUrl(url ?? '')),
      headers: keptHeaders(headers),
      body: keptBody(headers['content-type'], kept, text.length),
    },
    notes,
  }
}

/** Of an answer that Koa sends; the SDK writes its own past it. */
function bodyOfKoa({ body, response }: Context): unknown {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body) || 'pipe' in body) {
    return typeof body === 'string'
      ? `[${response.type}, ${Buffer.byteLength(body)} bytes]`
      : undefined
  }
  const content = Buffer.from(JSON.stringify(body))
  return keptBody('application/json', content.subarray(0, bodyLimitBytes), content.length)
}

/** Calls `end` once the answer is complete, or where it stays open, once it has begun. Returns what was sent. */
function watchAnswer(
  { res }: Context,
  use: FirstUse,
  end: () => void,
): (contentType: unknown) => unknown {
  if (use === 'stream') {
    const { writeHead } = res
    res.writeHead = function writeHeadWatched(this: typeof res, ...parameters: unknown[]) {
      const written = Reflect.apply(writeHead, this, parameters)
      queueMicrotask(end)
      return written
    } as typeof res.writeHead
    return () => '[text/event-stream, open]'
  }
  const sent = captureResponseBody(res, bodyLimitBytes, end)
  res.once('close', end)
  return (contentType) => {
    const type = String(contentType ?? '')
    if (!type.startsWith('text/event-stream')) return keptBody(type, sent.content(), sent.length())
    const content = lastEvent(sent.content())
    return keptBody('application/json', content, content.length)
  }
}
