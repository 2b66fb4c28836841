import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { ServerContext } from '../context.ts'
import { csrfToken, receiveForm } from '../web/forms.ts'
import { sendPage } from '../web/layout.ts'
import { endSession, startSession } from '../web/own-session.ts'
import { findSignedIn } from '../web/signed-in.ts'
import { signedOutPage } from '../web/signed-out-page.ts'
import { attemptSignIn, type SignInAttempt } from './sign-in-attempt.ts'
import { signInPage } from './sign-in-page.ts'

/** Sign in to `/account` and `/console`, without any app. */
export async function showOwnSignIn(context: ServerContext, ctx: Context): Promise<void> {
  const switching = ctx.query.switch !== undefined
  if (!switching && (await findSignedIn(context, ctx))) return goTo(ctx, returnTo(ctx))
  renderSignIn(context, ctx)
}

export async function submitOwnSignIn(context: ServerContext, ctx: Context): Promise<void> {
  const form = await receiveForm(ctx, context.provider, browserKey(context, ctx))
  const attempt = await attemptSignIn(context, ctx, form)
  if (!attempt.ok) return renderSignIn(context, ctx, attempt)
  await startSession(context.provider, ctx, attempt.personId)
  goTo(ctx, returnTo(ctx))
}

/** The button `Sign out` of every page. */
export async function signOut(context: ServerContext, ctx: Context): Promise<void> {
  const found = await findSignedIn(context, ctx)
  if (found) {
    await receiveForm(ctx, context.provider, found.boundTo)
    await endSession(context.provider, ctx)
  }
  goTo(ctx, '/signed-out')
}

export function showSignedOut({ config }: ServerContext, ctx: Context): void {
  sendPage(ctx, signedOutPage({ issuer: config.issuer }))
}

function renderSignIn(
  context: ServerContext,
  ctx: Context,
  failed?: Exclude<SignInAttempt, { ok: true }>,
): void {
  const page = signInPage({
    issuer: context.config.issuer,
    action: `/sign-in?return_to=${encodeURIComponent(returnTo(ctx))}`,
    csrf: csrfToken(context.provider, browserKey(context, ctx)),
    email: failed?.email ?? '',
    problem: failed?.problem,
  })
  sendPage(ctx, page, failed?.status ?? 200)
}

const anyBase = 'https://here'

/** Only pages of our own for people; anything else is not worth returning to. */
export function safeReturnTo(value: unknown): string {
  const path = typeof value === 'string' ? value : ''
  const isOurs = /^\/(account|console)([/?][^\\\s]*)?$/.test(path)
  // Dot segments would lead out of the section.
  return isOurs && new URL(path, anyBase).href === anyBase + path ? path : '/account'
}

const returnTo = (ctx: Context) => safeReturnTo(ctx.query.return_to)

/**
 * What the form of this browser is bound to while there is no session: a random value that a form of another site does
 * not bring along.
 */
function browserKey({ config }: ServerContext, ctx: Context): string {
  // With the prefix no other host of the domain can plant it.
  const secure = config.issuer.startsWith('https:')
  const cookie = secure ? '__Host-form' : 'form'
  const known = ctx.cookies.get(cookie, { signed: false }) ?? ctx.state.browserKey
  if (known) return known
  const key = randomBytes(18).toString('base64url')
  ctx.state.browserKey = key
  ctx.cookies.set(cookie, key, {
    httpOnly: true,
    sameSite: 'lax',
    secure,
    signed: false,
    path: '/',
  })
  return key
}

function goTo(ctx: Context, path: string): void {
  ctx.set('Cache-Control', 'no-store')
  ctx.status = 303
  ctx.redirect(path)
}
