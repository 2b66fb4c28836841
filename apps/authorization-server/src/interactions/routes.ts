import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { ServerContext } from '../context.ts'
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
  if (!open) sendPage(ctx, endedPage(context.config.issuer, ctx.state.correlationId), 400)
  return open
}

const endedPage = (issuer: string, correlationId: string | undefined) =>
  errorPage({
    issuer,
    badge: 'Sign-in stopped',
    title: 'This sign-in has ended',
    explanation:
      'It was finished, it took longer than an hour, or it was started in another browser. Nothing was shared.',
    checks: [
      'Go back to the app and connect NeonPanel again from there.',
      'Finish in the browser in which you started.',
      'If your browser blocks cookies for this site, allow them: they hold your place.',
    ],
    action: { label: 'Go to your account', href: '/account' },
    correlationId,
  })
