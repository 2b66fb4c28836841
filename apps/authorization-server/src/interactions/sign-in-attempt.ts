import { now } from '@neonpanel/process/clock'
import type { Context } from 'koa'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { findPersonByEmail } from '../people/directory.ts'
import { type SignIn, signIn } from '../people/sign-in.ts'
import type { SignInProblem } from './sign-in-page.ts'

export type SignInAttempt =
  | { ok: true; personId: string }
  | { ok: false; email: string; problem: SignInProblem; status: number }

/** Judges a posted sign-in form, keeps what happened, and says how the page answers a failure. */
export async function attemptSignIn(
  { database }: ServerContext,
  ctx: Context,
  form: URLSearchParams,
  { clientId, flow }: { clientId?: string; flow?: string } = {},
): Promise<SignInAttempt> {
  const email = (form.get('email') ?? '').trim().slice(0, 320)
  const result = await signIn(database, {
    email,
    password: (form.get('password') ?? '').slice(0, 1024),
    address: ctx.ip,
  })
  const personId =
    'personId' in result ? result.personId : (await findPersonByEmail(database, email))?.id
  await recordAudit(database, {
    type: result.ok ? 'sign_in.succeeded' : 'sign_in.failed',
    personId,
    clientId,
    correlationId: ctx.state.correlationId,
    address: ctx.ip,
    detail: { flow, ...(!result.ok && { reason: result.reason }) },
  })
  if (result.ok) return result
  if (result.reason === 'too_many_attempts')
    ctx.set('Retry-After', String(result.retryAfterSeconds))
  return { ok: false, email, ...answerTo(result) }
}

function answerTo(result: Exclude<SignIn, { ok: true }>): {
  problem: SignInProblem
  status: number
} {
  switch (result.reason) {
    case 'wrong_credentials':
      return { problem: result, status: 422 }
    case 'too_many_attempts': {
      const until = new Date(now().getTime() + result.retryAfterSeconds * 1000)
      return { problem: { reason: result.reason, until }, status: 429 }
    }
    case 'suspended':
      return { problem: { reason: result.reason }, status: 403 }
  }
}
