import Router, { type RouterMiddleware } from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
import { findMemberships } from '../people/directory.ts'
import { receiveForm } from '../web/forms.ts'
import { sendPage } from '../web/layout.ts'
import { routesOf } from '../web/router.ts'
import { requireSignedIn, signedIn } from '../web/signed-in.ts'
import { changeApp, showApp } from './app-routes.ts'
import { listConnectedApps, revokeApps } from './connected-apps.ts'
import { connectedAppsPage } from './connected-apps-page.ts'
import { noteDevice } from './devices.ts'
import { type Notice, notices } from './frame.ts'
import { profilePage } from './profile-page.ts'
import { showSecurity, submitPassword } from './security-routes.ts'
import { endOtherSessions, endSession, listSessions } from './sessions.ts'

/** `/account`: what a person sees, changes and ends of their own. */
export function accountRoutes(context: ServerContext): Middleware {
  const { config, database } = context
  const router = new Router({ prefix: '/account' })
  const guard = requireSignedIn(context) as RouterMiddleware

  router.get('/', guard, async (ctx) => {
    const { person, session, viewer } = signedIn(ctx)
    await noteDevice(database, session, ctx)
    const page = connectedAppsPage({
      viewer,
      apps: await listConnectedApps(context, person.id),
      sessions: await listSessions(database, person.id, session.uid),
      mcpUrl: config.mcpUrl,
      notice: noticeOf(ctx),
    })
    sendPage(ctx, page)
  })

  router.get('/profile', guard, async (ctx) => {
    const { person, viewer } = signedIn(ctx)
    const memberships = await findMemberships(database, person.id)
    sendPage(ctx, profilePage({ viewer, person, memberships }))
  })

  router.post('/apps/revoke', guard, async (ctx) => {
    const { person, boundTo } = signedIn(ctx)
    const form = await receiveForm(ctx, context.provider, boundTo)
    await revokeApps(context, person.id, form.get('client_id') ?? '', ctx.state.correlationId)
    backToAccount(ctx, 'revoked')
  })

  router.post('/apps/revoke-all', guard, async (ctx) => {
    const { person, boundTo } = signedIn(ctx)
    await receiveForm(ctx, context.provider, boundTo)
    await revokeApps(context, person.id, undefined, ctx.state.correlationId)
    backToAccount(ctx, 'revoked-all')
  })

  router.get('/apps/:grantId', guard, (ctx) => showApp(context, ctx, ctx.params.grantId))

  router.post('/apps/:grantId', guard, async (ctx) => {
    if (await changeApp(context, ctx, ctx.params.grantId)) backToAccount(ctx, 'narrowed')
  })

  router.get('/security', guard, (ctx) => showSecurity(context, ctx))

  router.post('/security/password', guard, async (ctx) => {
    if (await submitPassword(context, ctx)) backToAccount(ctx, 'password-changed')
  })

  router.post('/sessions/end', guard, async (ctx) => {
    const { person, boundTo } = signedIn(ctx)
    const form = await receiveForm(ctx, context.provider, boundTo)
    await endSession(database, person.id, form.get('session') ?? '', ctx.state.correlationId)
    backToAccount(ctx, 'signed-out')
  })

  router.post('/sessions/end-others', guard, async (ctx) => {
    const { person, session, boundTo } = signedIn(ctx)
    await receiveForm(ctx, context.provider, boundTo)
    await endOtherSessions(database, person.id, session.uid, ctx.state.correlationId)
    backToAccount(ctx, 'signed-out-elsewhere')
  })

  return routesOf(router)
}

/** The form was done: a reload shows the page and does not repeat it. */
function backToAccount(ctx: Context, notice: Notice): void {
  ctx.redirect(`/account?notice=${notice}`)
  ctx.status = 303
}

function noticeOf(ctx: Context): Notice | undefined {
  const notice = String(ctx.query.notice ?? '')
  return Object.hasOwn(notices, notice) ? (notice as Notice) : undefined
}
