import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { findSignedIn } from '../web/signed-in.ts'
import { adminTokenGuard } from './api/admin-token.ts'
import { serveOperations } from './api/operation.ts'
import { apiPrefix, operationsOf } from './api/operations.ts'
import { ApiRefusal } from './api/refusal.ts'

/**
 * The admin API: everything the console does and, under `TEST_CONTROLS`, what a test needs. JSON in and out; times
 * are epoch seconds; lists are `{ items, next_cursor }`; errors are `{ error, error_description, correlation_id }`.
 */
export function consoleApi(context: ServerContext): Middleware {
  const router = new Router({ prefix: apiPrefix })
  serveOperations(router, operationsOf(context))
  const routes = router.routes()
  const requireAdminToken = adminTokenGuard(context.config.adminToken, (ctx) =>
    recordAudit(context.database, {
      type: 'admin_api.refused',
      correlationId: ctx.state.correlationId,
      address: ctx.ip,
    }),
  )
  return async function consoleApi(ctx, next) {
    if (ctx.path !== apiPrefix && !ctx.path.startsWith(`${apiPrefix}/`)) return next()
    ctx.set('Cache-Control', 'no-store')
    try {
      if (!(await isFollowingPage(context, ctx))) await requireAdminToken(ctx)
      await routes(ctx as Parameters<typeof routes>[0], () => refuseUnrouted(ctx))
    } catch (error) {
      answerError(context, ctx, error)
    }
  }
}

/** Pages follow flows by `EventSource`, which sends a session and no token; it reads, and nothing else. */
async function isFollowingPage(context: ServerContext, ctx: Context): Promise<boolean> {
  if (ctx.method !== 'GET' || ctx.path !== `${apiPrefix}/flows/events`) return false
  if (ctx.get('Authorization') !== '') return false
  const found = await findSignedIn(context, ctx)
  return found?.person.administrator === true
}

/** 405 with `Allow` where only the method is wrong, else 404. */
async function refuseUnrouted(ctx: Context): Promise<void> {
  const matched: readonly { methods: readonly string[] }[] = ctx.matched ?? []
  const allowed = [...new Set(matched.flatMap(({ methods }) => methods))]
  if (allowed.length === 0) {
    throw new ApiRefusal(404, 'not_found', `The admin API has nothing at ${ctx.path}.`)
  }
  ctx.set('Allow', allowed.join(', '))
  throw new ApiRefusal(405, 'method_not_allowed', `${ctx.path} takes ${allowed.join(', ')}.`)
}

function answerError({ log }: ServerContext, ctx: Context, error: unknown): void {
  const refusal =
    error instanceof ApiRefusal
      ? error
      : new ApiRefusal(500, 'server_error', 'Something went wrong here. The log has the details.')
  if (refusal !== error) (ctx.state.log ?? log).error({ err: error }, 'admin API request failed')
  ctx.status = refusal.status
  ctx.body = {
    error: refusal.code,
    error_description: refusal.message,
    ...(refusal.problems.length > 0 && { problems: refusal.problems }),
    correlation_id: ctx.state.correlationId ?? null,
  }
}
