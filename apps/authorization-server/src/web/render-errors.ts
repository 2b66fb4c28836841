import { isDatabaseUnavailable } from '@neonpanel/database/unavailable'
import type { Log } from '@neonpanel/process/log'
import type { Context, Middleware } from 'koa'
import { errorPage } from './error-page.ts'
import type { Html } from './html.ts'
import { sendPage } from './layout.ts'

/** Answers for whatever our own routes throw or do not know: a page for people, JSON for machines, details in the log. */
export function renderErrors({ issuer, log }: { issuer: string; log: Log }): Middleware {
  return async function renderErrors(ctx, next) {
    try {
      await next()
    } catch (error) {
      const failure = failureOf(error)
      if (failure.status >= 500) (ctx.state.log ?? log).error({ err: error }, 'request failed')
      return answer(ctx, issuer, failure)
    }
    const unanswered = ctx.status === 404 && ctx.body == null && ctx.respond !== false
    if (unanswered && !ctx.headerSent) answer(ctx, issuer, notFound)
  }
}

interface Failure {
  readonly status: number
  readonly error: string
  readonly badge: string
  readonly title: string
  readonly explanation: string
}

const notFound: Failure = {
  status: 404,
  error: 'not_found',
  badge: 'Not found',
  title: 'There is no page at this address',
  explanation: 'Check the address for a typing error, or start from your account.',
}

const unavailable: Failure = {
  status: 503,
  error: 'temporarily_unavailable',
  badge: 'Try again',
  title: 'NeonPanel is busy for a moment',
  explanation:
    'We could not reach our own records. Nothing was changed. Try again in a few seconds.',
}

const unexpected: Failure = {
  status: 500,
  error: 'server_error',
  badge: 'Our fault',
  title: 'Something failed on our side',
  explanation:
    'It is in our log under the ID below. Try again; if it happens once more, tell us the ID.',
}

function failureOf(error: unknown): Failure {
  if (isDatabaseUnavailable(error)) return unavailable
  if (!isRefusal(error)) return unexpected
  return {
    status: error.status,
    error: 'invalid_request',
    badge: 'Refused',
    title: 'We can’t accept this request',
    explanation: error.message,
  }
}

/** An error that Koa or a route threw to answer with, whose message is meant for the caller. */
function isRefusal(error: unknown): error is Error & { status: number } {
  if (!(error instanceof Error) || !('expose' in error) || !('status' in error)) return false
  return error.expose === true && typeof error.status === 'number' && error.status < 500
}

function answer(ctx: Context, issuer: string, failure: Failure): void {
  const { status, error, badge, title, explanation } = failure
  const { correlationId } = ctx.state
  if (status === 503) ctx.set('Retry-After', '5')
  if (ctx.accepts('json', 'html') === 'html') {
    const action = { label: 'Go to your account', href: '/account' }
    const page: Html = errorPage({ issuer, badge, title, explanation, correlationId, action })
    sendPage(ctx, page, status)
    return
  }
  ctx.status = status
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { error, error_description: explanation, correlation_id: correlationId }
}
