import { now } from '@neonpanel/process/clock'
import type { Context } from 'koa'
import type { ServerContext } from '../context.ts'
import { findPerson } from '../people/directory.ts'
import { sendPage } from '../web/layout.ts'
import { allowFormAction } from '../web/security-headers.ts'
import { finishInteraction, type OpenInteraction } from './open-interaction.ts'
import { attemptSignIn, type SignInAttempt } from './sign-in-attempt.ts'
import { signInPage } from './sign-in-page.ts'

/** Shows sign in for an authorization request; after a failed attempt with what went wrong. */
export async function showSignIn(
  context: ServerContext,
  ctx: Context,
  open: OpenInteraction,
  failed?: Exclude<SignInAttempt, { ok: true }>,
): Promise<void> {
  const { app, action, csrf } = open
  if (app.destination.kind !== 'device') allowFormAction(ctx, app.destination.redirectUri)
  const page = signInPage({
    issuer: context.config.issuer,
    action,
    csrf,
    app,
    email: failed?.email ?? (await likelyEmail(context, ctx, open)),
    problem: failed?.problem,
  })
  sendPage(ctx, page, failed?.status ?? 200)
}

/** Signs the person in and goes on with the authorization request. */
export async function submitSignIn(
  context: ServerContext,
  ctx: Context,
  open: OpenInteraction,
  form: URLSearchParams,
): Promise<void> {
  const about = { clientId: open.app.clientId, flow: open.interaction.cid }
  const attempt = await attemptSignIn(context, ctx, form, about)
  if (!attempt.ok) return showSignIn(context, ctx, open, attempt)
  await completeSignIn(context, ctx, open, attempt.personId)
}

/** Goes on with the authorization request for somebody whose identity is settled. */
export async function completeSignIn(
  context: ServerContext,
  ctx: Context,
  open: OpenInteraction,
  personId: string,
): Promise<void> {
  await leaveOtherPerson(context, ctx, open, personId)
  const ts = Math.floor(now().getTime() / 1000)
  await finishInteraction(context, ctx, { login: { accountId: personId, ts, amr: ['pwd'] } })
}

/** The client's hint, or whoever must prove again who they are; nobody when the person wants to switch. */
async function likelyEmail(
  { database }: ServerContext,
  ctx: Context,
  { interaction }: OpenInteraction,
): Promise<string> {
  if (ctx.query.switch !== undefined) return ''
  const hint = interaction.params.login_hint
  if (typeof hint === 'string' && /^[^\s@]+@[^\s@]+$/.test(hint)) return hint
  const personId = interaction.session?.accountId
  return personId ? ((await findPerson(database, personId))?.email ?? '') : ''
}

/**
 * A browser has one person at a time. The session of another one ends here: the provider would ask to sign out by a
 * page that needs script, and would take the wrong person's grants along.
 */
async function leaveOtherPerson(
  { provider }: ServerContext,
  ctx: Context,
  { interaction }: OpenInteraction,
  personId: string,
): Promise<void> {
  const session = await provider.Session.get(ctx)
  if (!session.accountId || session.accountId === personId) return
  await session.destroy()
  interaction.session = undefined
  await interaction.persist()
}
