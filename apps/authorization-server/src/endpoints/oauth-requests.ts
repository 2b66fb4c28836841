import { limitDepth, nestsTooDeep } from '@neonpanel/process/json-depth'
import type { Context, Middleware } from 'koa'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { routes } from '../provider/configuration.ts'
import type { RefusalReason } from '../provider/refusal-reason.ts'
import { openRegistrationToken } from '../provider/registration-gate.ts'
import { refuseForNow } from '../throttling/refuse.ts'
import { presentedClient, swapClientSecret } from './client-authentication.ts'
import { holdsNul } from './nul.ts'
import { normaliseParameters, type Refusal } from './parameters.ts'
import { readBody, withBody } from './request-body.ts'
import { withCurrentSecret } from './resource-server-secret.ts'

const authenticatedForms: readonly string[] = [
  routes.token,
  routes.revocation,
  routes.introspection,
  routes.pushed_authorization_request,
  routes.device_authorization,
]

/** Browsers come here; a form that another site posts would bring no session cookie along. */
const pages: readonly string[] = [routes.authorization, routes.end_session]

/**
 * Prepares requests for the provider: bodies are bounded (413), parameters normalised, client secrets verified, and a form that
 * is posted to a page's endpoint goes on as the same request by GET.
 */
export function prepareOAuthRequests(context: ServerContext): Middleware {
  return async function prepareOAuthRequest(ctx, next) {
    if (ctx.path === routes.authorization && ctx.method !== 'POST') {
      await prepareQuery(context, ctx)
    } else if (isOAuthPost(ctx)) {
      const body = await readBody(ctx.req)
      if (!body) return refuseLargeBody(ctx)
      if (holdsNul(body.toString('utf8')) || holdsEscapedNul(ctx, body)) {
        await refuse(context, ctx, nulCharacter)
        return
      }
      if (pages.includes(ctx.path)) return redirectToGet(ctx, body)
      if (!(await prepareBody(context, ctx, body))) return
    }
    await next()
  }
}

function isOAuthPost(ctx: Context): boolean {
  if (ctx.method !== 'POST' && ctx.method !== 'PUT') return false
  if (ctx.path.startsWith(routes.registration)) return true
  return authenticatedForms.includes(ctx.path) || pages.includes(ctx.path)
}

async function prepareQuery(context: ServerContext, ctx: Context): Promise<void> {
  const parameters = new URLSearchParams(ctx.querystring)
  await normaliseParameters(context, { path: ctx.path, parameters, authorization: undefined })
  ctx.querystring = parameters.toString()
}

/** @returns whether the request goes on; else it has been answered */
async function prepareBody(context: ServerContext, ctx: Context, body: Buffer): Promise<boolean> {
  if (context.config.registrationMode === 'open' && ctx.path === routes.registration) {
    ctx.req.headers.authorization ??= `Bearer ${openRegistrationToken}`
  }
  if (!authenticatedForms.includes(ctx.path) || !ctx.is('application/x-www-form-urlencoded')) {
    if (nestsTooDeep(body.toString('utf8'))) return refuse(context, ctx, tooDeep)
    replaceRequest(ctx, body)
    return true
  }
  const parameters = new URLSearchParams(body.toString('utf8'))
  const authorization = withCurrentSecret(context.appSecrets, ctx.req.headers.authorization)
  const request = { path: ctx.path, parameters, authorization }
  ctx.state.presentedClientId = presentedClient(request)?.clientId
  const refusal = await normaliseParameters(context, request)
  if (refusal) {
    const got = parameters.getAll('resource').find((one) => one !== context.config.mcpUrl)
    return refuse(context, ctx, refusal, {
      reason: 'resource_mismatch',
      got: (got ?? '').slice(0, 300),
      expected: context.config.mcpUrl,
    })
  }
  const swapped = await swapClientSecret(context.database, request, ctx.ip)
  if (!swapped.ok) {
    refuseForNow(ctx, swapped.pauseSeconds)
    return false
  }
  if (swapped.authorization !== undefined) ctx.req.headers.authorization = swapped.authorization
  replaceRequest(ctx, Buffer.from(parameters.toString()))
  return true
}

/** Metadata is JSON, which writes the character as an escape; a text that shows the escape itself is refused with it. */
function holdsEscapedNul(ctx: Context, body: Buffer): boolean {
  return ctx.path.startsWith(routes.registration) && body.includes('\\u0000')
}

const nulCharacter: Refusal = {
  error: 'invalid_request',
  error_description: 'the request holds a NUL character',
}

const tooDeep: Refusal = {
  error: 'invalid_client_metadata',
  error_description: `the metadata is nested more than ${limitDepth} deep`,
}

/** Kept as the provider's own refusals are, see provider/refusal-events.ts. */
async function refuse(
  context: ServerContext,
  ctx: Context,
  refusal: Refusal,
  reason?: RefusalReason,
): Promise<false> {
  const { error, error_description: description } = refusal
  await recordAudit(context.database, {
    type: 'token.refused',
    clientId: ctx.state.presentedClientId,
    correlationId: ctx.state.correlationId,
    address: ctx.ip,
    detail: { error, description, rule: error, ...reason },
  })
  ctx.status = 400
  ctx.set('Cache-Control', 'no-store')
  ctx.body = refusal
  return false
}

function replaceRequest(ctx: Context, body: Buffer): void {
  const request = withBody(ctx.req, body)
  ctx.req = request
  ctx.request.req = request
}

/** RFC 9700 section 4.12: 303, so that the form is not posted again. */
function redirectToGet(ctx: Context, body: Buffer): void {
  const query = ctx.is('application/x-www-form-urlencoded') ? body.toString('utf8') : ''
  ctx.status = 303
  ctx.set('Cache-Control', 'no-store')
  ctx.redirect(`${ctx.path}?${new URLSearchParams(query)}`)
}

function refuseLargeBody(ctx: Context): void {
  ctx.status = 413
  ctx.set('Connection', 'close')
  ctx.body = { error: 'invalid_request', error_description: 'the request body is too large' }
}
