import { setTimeout as delay } from 'node:timers/promises'
import type { Scope } from '@neonpanel/contracts/scopes'
import type { Context, Middleware } from 'koa'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { viewConsent } from '../interactions/consent.ts'
import { consentRequest } from '../interactions/consent-request.ts'
import { submitConsent } from '../interactions/consent-step.ts'
import { type OpenInteraction, openInteraction } from '../interactions/open-interaction.ts'
import { completeSignIn } from '../interactions/sign-in-step.ts'
import { findPerson, findPersonByEmail, type Person } from '../people/directory.ts'
import { type Behaviour, readAutoConsent } from './settings.ts'

const usualDelayMs = 3_000

interface Decider {
  readonly person: Person
  readonly behaviour: Behaviour
}

/**
 * Where a page would be shown to somebody who decides by themselves, decides. It fills in the very forms that a person
 * would: roles, trust, ceilings and the audit log are what they are for everybody. Composed in under test controls alone.
 */
export function decideInteractions(context: ServerContext): Middleware {
  return async function decideInteractions(ctx, next) {
    const uid = /^\/interaction\/([^/]+)$/.exec(ctx.path)?.[1]
    if (ctx.method !== 'GET' || uid === undefined || ctx.query.switch !== undefined) return next()
    const open = await openInteraction(context, ctx, uid)
    const decider = open && (await findDecider(context, open))
    if (!decider) return next()
    ctx.state.automatic = true
    const isConsent = open.interaction.prompt.name === 'consent'
    if (!isConsent) return signIn(context, ctx, open, decider.person)
    if (decider.behaviour.mode === 'abandon') return next()
    if (!(await waited(ctx, decider.behaviour))) return
    const form = await formOf(context, open, decider)
    await submitConsent(context, ctx, open, form)
  }
}

/** Who is signed in, or whom the client hints at, or who stands for everybody; nobody who is suspended. */
async function findDecider(
  context: ServerContext,
  { interaction }: OpenInteraction,
): Promise<Decider | undefined> {
  const { database } = context
  const { fallback, byPerson } = await readAutoConsent(database)
  if (!fallback && byPerson.size === 0) return undefined
  const hint = interaction.params.login_hint
  const hinted = typeof hint === 'string' ? await findPersonByEmail(database, hint) : undefined
  const signedInId =
    interaction.prompt.name === 'consent' ? interaction.session?.accountId : undefined
  const personId = signedInId ?? hinted?.id ?? fallback?.personId
  const person = personId === undefined ? undefined : await findPerson(database, personId)
  if (!person || person.suspendedAt) return undefined
  const isMeant = [hinted?.id, fallback?.personId].includes(person.id)
  const behaviour = byPerson.get(person.id) ?? (isMeant ? fallback : undefined)
  return behaviour && { person, behaviour }
}

async function signIn(context: ServerContext, ctx: Context, open: OpenInteraction, person: Person) {
  await recordAudit(context.database, {
    type: 'sign_in.succeeded',
    personId: person.id,
    clientId: open.app.clientId,
    correlationId: ctx.state.correlationId,
    address: ctx.ip,
    detail: { flow: open.interaction.cid, automatic: true },
  })
  await completeSignIn(context, ctx, open, person.id)
}

/** False when whoever asked has gone meanwhile: then nothing is decided. */
async function waited(ctx: Context, { mode, delay_ms }: Behaviour): Promise<boolean> {
  const ms = delay_ms ?? (mode === 'slow' ? usualDelayMs : 0)
  if (ms === 0) return true
  const gone = new AbortController()
  const leave = () => gone.abort()
  ctx.res.once('close', leave)
  const stayed = await delay(ms, true, { signal: gone.signal }).catch(() => false)
  ctx.res.off('close', leave)
  return stayed
}

/** The consent page as this person leaves it. */
async function formOf(
  context: ServerContext,
  open: OpenInteraction,
  { person, behaviour }: Decider,
): Promise<URLSearchParams> {
  if (behaviour.mode === 'deny') return new URLSearchParams({ decision: 'deny' })
  const request = await consentRequest(context, open, person)
  const rows = viewConsent(request).groups.flatMap((group) => group.rows)
  const isTicked = ({ scope, ticked }: { scope: Scope; ticked: boolean }) => {
    if (behaviour.scopes === 'offered') return ticked
    return behaviour.scopes === undefined || behaviour.scopes.includes(scope)
  }
  const named = behaviour.companies
  const chosen = request.memberships.filter(
    ({ companyId, companyName }) => named?.includes(companyId) || named?.includes(companyName),
  )
  return new URLSearchParams([
    ...pairs('decision', ['authorize']),
    ...pairs('started_by_me', ['1']),
    ...pairs('adds_to', request.earlier ? [request.earlier.id] : []),
    ...pairs('companies', [named ? 'selected' : 'all']),
    ...pairs(
      'company',
      chosen.map(({ companyId }) => companyId),
    ),
    ...pairs(
      'scope',
      rows.filter(isTicked).map(({ scope }) => scope),
    ),
  ])
}

function pairs(name: string, values: readonly string[]): [string, string][] {
  return values.map((value) => [name, value])
}
