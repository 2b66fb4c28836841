import { now } from '@neonpanel/process/clock'
import type { Context } from 'koa'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { changePassword } from '../people/change-password.ts'
import { revokeGrantsOfPerson } from '../provider/grants.ts'
import { receiveForm } from '../web/forms.ts'
import { sendPage } from '../web/layout.ts'
import { startSession } from '../web/own-session.ts'
import { signedIn } from '../web/signed-in.ts'
import { listConnectedApps } from './connected-apps.ts'
import { type PasswordProblem, securityPage } from './security-page.ts'
import { endOtherSessions, listSessions } from './sessions.ts'

/** `GET /account/security`; after a refused change with what was wrong. */
export async function showSecurity(
  context: ServerContext,
  ctx: Context,
  problem?: PasswordProblem,
): Promise<void> {
  const { person, session, viewer } = signedIn(ctx)
  const [apps, sessions] = await Promise.all([
    listConnectedApps(context, person.id),
    listSessions(context.database, person.id, session.uid),
  ])
  const ends = { apps: apps.length, sessions: sessions.filter((one) => !one.isCurrent).length }
  const pause = problem?.reason === 'too_many_attempts' ? problem.retryAfterSeconds : undefined
  const pausedUntil = pause === undefined ? undefined : new Date(now().getTime() + pause * 1000)
  if (pause !== undefined) ctx.set('Retry-After', String(pause))
  const status = problem ? (pause === undefined ? 422 : 429) : 200
  const page = securityPage({ viewer, email: person.email, ends, problem, pausedUntil })
  sendPage(ctx, page, status)
}

/**
 * `POST /account/security/password`. A new password ends whatever somebody who knew the old one may hold: every other session,
 * and all that was granted to apps, so that no refresh token outlives it. This session goes on under another identifier.
 *
 * @returns whether the password was changed; if not, the page says why
 */
export async function submitPassword(context: ServerContext, ctx: Context): Promise<boolean> {
  const { database, provider } = context
  const { person, session, boundTo } = signedIn(ctx)
  const form = await receiveForm(ctx, provider, boundTo)
  const typed = (field: string) => (form.get(field) ?? '').slice(0, 1024)
  const result = await changePassword(database, person, {
    current: typed('current'),
    wanted: typed('wanted'),
    repeated: typed('repeated'),
    address: ctx.ip,
  })
  const { correlationId } = ctx.state
  const about = { personId: person.id, correlationId, address: ctx.ip }
  if (!result.ok) {
    const detail = { reason: result.reason }
    await recordAudit(database, { type: 'password.refused', ...about, detail })
    await showSecurity(context, ctx, result)
    return false
  }
  await startSession(provider, ctx, person.id)
  const sessions = await endOtherSessions(database, person.id, session.uid, correlationId)
  const grants = await revokeGrantsOfPerson(context, person.id, 'password', correlationId)
  await recordAudit(database, { type: 'password.changed', ...about, detail: { sessions, grants } })
  return true
}
