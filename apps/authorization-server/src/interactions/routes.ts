import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { endedSignIn } from '../errors/authorization-fault.ts'
import { errorPage } from '../web/error-page.ts'
import { receiveForm } from '../web/forms.ts'
import { sendPage } from '../web/layout.ts'
import { routesOf } from '../web/router.ts'
import { showConsent, submitConsent } from './consent-step.ts'
import { type OpenInteraction, openInteraction } from './open-interaction.ts'
import { showOwnSignIn, showSignedOut, signOut, submitOwnSignIn } from './own-sign-in.ts'
import { showSignIn, submitSignIn } from './sign-in-step.ts'

/** Sign in and consent of authorization requests, and sign in and out of our own pages. */
export function interactionRoutes(context: ServerContext): Middleware {
  const router = new Router()

  router.get('/interaction/:uid', async (ctx) => {
    const open = await openOrExplain(context, ctx, ctx.params.uid!)
    if (!open) return
    const consent = open.interaction.prompt.name === 'consent' && ctx.query.switch === undefined
    await (consent ? showConsent : showSignIn)(context, ctx, open)
  })

  router.post('/interaction/:uid', async (ctx) => {
    const open = await openOrExplain(context, ctx, ctx.params.uid!)
    if (!open) return
    const form = await receiveForm(ctx, context.provider, open.interaction.uid)
    const consent = open.interaction.prompt.name === 'consent' && form.get('step') === 'consent'
    await (consent ? submitConsent : submitSignIn)(context, ctx, open, form)
  })

  router.get('/sign-in', (ctx) => showOwnSignIn(context, ctx))
  router.post('/sign-in', (ctx) => submitOwnSignIn(context, ctx))
  router.post('/sign-out', (ctx) => signOut(context, ctx))
  router.get('/signed-out', (ctx) => showSignedOut(context, ctx))
  return routesOf(router)
}

async function openOrExplain(
  context: ServerContext,
  ctx: Context,
  uid: string,
): Promise<OpenInteraction | undefined> {
  const open = await openInteraction(context, ctx, uid)
  if (!open) await explainEnd(context, ctx)
  return open
}

async function explainEnd({ config, database }: ServerContext, ctx: Context): Promise<void> {
  const { topic, ...ended } = endedSignIn
  const { correlationId } = ctx.state
  await recordAudit(database, {
    type: 'authorization.failed',
    correlationId,
    address: ctx.ip,
    detail: { error: 'invalid_request', rule: topic },
  })
  const action = { label: 'Go to your account', href: '/account' }
  sendPage(ctx, errorPage({ ...ended, issuer: config.issuer, action, correlationId }), 400)
}
