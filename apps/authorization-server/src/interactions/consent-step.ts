import type { Context } from 'koa'
import type { ServerContext } from '../context.ts'
import { findPerson, type Person } from '../people/directory.ts'
import { spendScopeChallenge } from '../provider/scope-challenges.ts'
import { sendPage } from '../web/layout.ts'
import { allowFormAction } from '../web/security-headers.ts'
import {
  type ConsentChoice,
  type ConsentDecision,
  type ConsentRequest,
  decideConsent,
  isAnythingPermitted,
  viewConsent,
} from './consent.ts'
import { consentPage } from './consent-page.ts'
import { consentRequest } from './consent-request.ts'
import { finishInteraction, type OpenInteraction, requestAll } from './open-interaction.ts'
import { recordConsent, saveGrant } from './save-grant.ts'
import { showSignIn } from './sign-in-step.ts'

/** Shows what the client asks for; a person who may grant none of it goes back with `access_denied` at once. */
export async function showConsent(
  context: ServerContext,
  ctx: Context,
  open: OpenInteraction,
): Promise<void> {
  const person = await consentingPerson(context, open)
  if (!person) return showSignIn(context, ctx, open)
  const request = await consentRequest(context, open, person)
  if (!isAnythingPermitted(request)) return refuseAll(context, ctx, open, person)
  renderConsent(context, ctx, open, person, request)
}

/** Grants what the person ticked and may grant, or takes their no to the client. */
export async function submitConsent(
  context: ServerContext,
  ctx: Context,
  open: OpenInteraction,
  form: URLSearchParams,
): Promise<void> {
  const person = await consentingPerson(context, open)
  if (!person) return showSignIn(context, ctx, open)
  if (form.get('decision') !== 'authorize') return deny(context, ctx, open, person)

  const request = asShown(await consentRequest(context, open, person), form)
  if (!isAnythingPermitted(request)) return refuseAll(context, ctx, open, person)
  const choice = choiceOf(form)
  const decision = decideConsent(request, choice)
  if (!decision.ok) {
    const problem = problems[decision.reason]
    return renderConsent(context, ctx, open, person, request, { choice, problem })
  }
  const { challenge } = request.earlier ?? {}
  if (challenge && !(await spendScopeChallenge(context.database, challenge))) {
    return showConsent(context, ctx, open)
  }
  await requestAll(context, open, decision.granted)
  const grantId = await saveGrant(context, open, person, request, decision)
  await recordConsent(context, ctx, open, person, {
    grantId,
    scope: decision.granted.join(' '),
    refused: decision.refused.join(' '),
    ...notPermitted(request),
  })
  await finishInteraction(context, ctx, { consent: { grantId } }, true)
}

/** For whoever wonders why the token has less than the client asked for. */
function notPermitted(request: ConsentRequest): { reason?: string; got?: string } {
  const rows = viewConsent(request).groups.flatMap((group) => group.rows)
  const denied = rows.filter(({ state }) => state === 'denied').map(({ scope }) => scope)
  return denied.length > 0 ? { reason: 'scope_not_permitted', got: denied.join(' ') } : {}
}

const problems: Record<Extract<ConsentDecision, { ok: false }>['reason'], string> = {
  no_company: 'Choose at least one company, or all of them.',
  not_confirmed: 'Confirm that you started this sign-in on this computer, or deny it.',
  nothing_permitted: 'Your roles in the chosen companies hold none of these permissions.',
}

/** A step-up only if the page said so: what became one while the person was reading is decided as the start that it looked like. */
function asShown(request: ConsentRequest, form: URLSearchParams): ConsentRequest {
  return form.get('adds_to') === request.earlier?.id ? request : { ...request, earlier: undefined }
}

function choiceOf(form: URLSearchParams): ConsentChoice {
  return {
    scopes: new Set(form.getAll('scope')),
    companies:
      form.get('companies') === 'all' ? { all: true } : { all: false, ids: form.getAll('company') },
    startedByMe: form.get('started_by_me') === '1',
  }
}

/** Whoever is signed in; nobody when the session has just ended or the person was suspended meanwhile. */
async function consentingPerson(
  { database }: ServerContext,
  { interaction }: OpenInteraction,
): Promise<Person | undefined> {
  const personId = interaction.session?.accountId
  const person = personId ? await findPerson(database, personId) : undefined
  return person?.suspendedAt ? undefined : person
}

function renderConsent(
  context: ServerContext,
  ctx: Context,
  { app, action, csrf }: OpenInteraction,
  person: Person,
  request: ConsentRequest,
  again?: { choice: ConsentChoice; problem: string },
): void {
  if (app.destination.kind !== 'device') allowFormAction(ctx, app.destination.redirectUri)
  const page = consentPage({
    issuer: context.config.issuer,
    action,
    csrf,
    app,
    person,
    request,
    view: viewConsent(request, again?.choice.scopes),
    lastsDays: grantDays(context),
    again,
  })
  sendPage(ctx, page, again ? 422 : 200)
}

function grantDays({ provider }: ServerContext): number {
  return Math.max(1, Math.floor(new provider.Grant().expiration / 86_400))
}

async function deny(
  context: ServerContext,
  ctx: Context,
  open: OpenInteraction,
  person: Person,
): Promise<void> {
  await recordConsent(context, ctx, open, person, { denied: 'by the person' })
  await finishInteraction(context, ctx, {
    error: 'access_denied',
    error_description: 'the person denied the request',
  })
}

async function refuseAll(
  context: ServerContext,
  ctx: Context,
  open: OpenInteraction,
  person: Person,
): Promise<void> {
  await recordConsent(context, ctx, open, person, { denied: 'nothing permitted' })
  await finishInteraction(context, ctx, {
    error: 'access_denied',
    error_description: 'the roles of the person permit nothing that was requested',
  })
}
