import type { AuditEvent } from '../audit/audit-log.ts'
import { auditDetail } from '../audit/audit-log.ts'

/** The steps of an authorization that this server takes part in, in order. */
export const flowSteps = ['register', 'authorize', 'sign_in', 'consent', 'code', 'token'] as const

export type FlowStep = (typeof flowSteps)[number]

/**
 * `completed`: tokens were issued. `failed`: a request was refused. `denied`: the person, or their roles, said no.
 * `in_progress`: something may still come. `abandoned`: nothing came for ten minutes.
 */
export const flowStatuses = ['completed', 'failed', 'denied', 'in_progress', 'abandoned'] as const

export type FlowStatus = (typeof flowStatuses)[number]

/** One attempt to connect a client, told by the audit events that belong together. */
export interface Flow {
  readonly id: string
  readonly status: FlowStatus
  /** The last step that was reached. */
  readonly step: FlowStep
  /** Why it failed or was denied, or what it waits for. */
  readonly reason: string | undefined
  readonly clientId: string | undefined
  readonly personId: string | undefined
  readonly grantId: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date
  /** In order. */
  readonly events: readonly AuditEvent[]
}

/** Events that tell a flow; others are about something else. */
const steps: Readonly<Record<string, FlowStep>> = {
  'client.refused': 'register',
  'interaction.started': 'authorize',
  'sign_in.failed': 'sign_in',
  'sign_in.succeeded': 'sign_in',
  'consent.granted': 'consent',
  'consent.denied': 'consent',
  'authorization.failed': 'authorize',
  'authorization.succeeded': 'code',
  'token.issued': 'token',
  'token.refused': 'token',
}

export const flowEventTypes = Object.keys(steps)

/** After so long without an event nobody is expected to come back. */
const abandonedAfterMs = 600_000

/**
 * Puts events together to flows, the latest first. Events of one authorization carry its name; a token request is known by
 * the grant that its code belongs to; what belongs to nothing is a flow of its own.
 *
 * @param events of `flowEventTypes`, oldest first
 */
export function flowsOf(events: readonly AuditEvent[], now = Date.now()): Flow[] {
  const flows = new Map<string, AuditEvent[]>()
  const flowOfGrant = new Map<string, string>()
  for (const event of events.filter(isPartOfFlow)) {
    const id = flowIdOf(event, flowOfGrant, flows)
    if (event.grantId) flowOfGrant.set(event.grantId, id)
    const known = flows.get(id)
    if (known) known.push(event)
    else flows.set(id, [event])
  }
  return [...flows]
    .map(([id, ofFlow]) => flowOf(id, ofFlow, now))
    .toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime() || compare(b.id, a.id))
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/** Signing in to our own pages connects nothing; a refresh belongs to a connection that was made before. */
function isPartOfFlow(event: AuditEvent): boolean {
  const { flow, grantType } = auditDetail(event)
  if (event.type.startsWith('sign_in.')) return typeof flow === 'string'
  return grantType !== 'refresh_token'
}

function flowIdOf(
  event: AuditEvent,
  flowOfGrant: ReadonlyMap<string, string>,
  flows: ReadonlyMap<string, readonly AuditEvent[]>,
): string {
  const { flow } = auditDetail(event)
  if (typeof flow === 'string') return flow
  const ownId = event.correlationId ?? event.id
  if (!event.type.startsWith('token.')) return ownId
  const ofGrant = event.grantId ? flowOfGrant.get(event.grantId) : undefined
  return ofGrant ?? awaitingFlowOf(event, flows) ?? ownId
}

/** A refused code names no grant. It is of the flow whose code is waited for, where the client has only one. */
function awaitingFlowOf(
  event: AuditEvent,
  flows: ReadonlyMap<string, readonly AuditEvent[]>,
): string | undefined {
  const awaiting = [...flows].filter(([, ofFlow]) => {
    const last = ofFlow.at(-1)!
    const elapsedMs = event.at.getTime() - last.at.getTime()
    return (
      last.clientId === event.clientId &&
      last.type === 'authorization.succeeded' &&
      elapsedMs < abandonedAfterMs
    )
  })
  return awaiting.length === 1 ? awaiting[0]![0] : undefined
}

function flowOf(id: string, events: readonly AuditEvent[], now: number): Flow {
  const last = events.at(-1)!
  const known = (name: 'clientId' | 'personId' | 'grantId') =>
    events.map((event) => event[name]).findLast((value) => value !== null) ?? undefined
  return {
    id,
    ...outcomeOf(events, now),
    clientId: known('clientId'),
    personId: known('personId'),
    grantId: known('grantId'),
    startedAt: events[0]!.at,
    endedAt: last.at,
    events,
  }
}

function outcomeOf(
  events: readonly AuditEvent[],
  now: number,
): Pick<Flow, 'status' | 'step' | 'reason'> {
  const last = events.at(-1)!
  const denied = events.find(({ type }) => type === 'consent.denied')
  if (denied) return { status: 'denied', step: 'consent', reason: reasonOf(denied) }
  const step = stepOf(last)
  if (events.some(({ type }) => type === 'token.issued') && last.type !== 'token.refused') {
    return { status: 'completed', step: 'token', reason: undefined }
  }
  if (/\.(?:refused|failed)$/.test(last.type) && last.type !== 'sign_in.failed') {
    return { status: 'failed', step, reason: reasonOf(last) }
  }
  const status = now - last.at.getTime() > abandonedAfterMs ? 'abandoned' : 'in_progress'
  return { status, step, reason: awaited(last) }
}

/** A page that was opened is the step that it asks for. */
function stepOf(event: AuditEvent): FlowStep {
  if (event.type !== 'interaction.started') return steps[event.type] ?? 'authorize'
  return auditDetail(event).prompt === 'consent' ? 'consent' : 'sign_in'
}

const denials: Readonly<Record<string, string>> = {
  'by the person': 'the person chose Deny',
  'nothing permitted': 'the person’s roles allow nothing that was asked for',
}

function reasonOf(event: AuditEvent): string | undefined {
  const { denied, description, error } = auditDetail(event)
  if (typeof denied === 'string') return denials[denied] ?? denied
  return [description, error].find((text) => typeof text === 'string')
}

function awaited(event: AuditEvent): string {
  switch (stepOf(event)) {
    case 'sign_in':
      return event.type === 'sign_in.succeeded' ? 'the person signed in' : 'waiting for the person'
    case 'consent':
      return event.type === 'consent.granted' ? 'the person agreed' : 'waiting for a decision'
    default:
      return 'not redeemed yet'
  }
}

/** The first event of each step that has one. */
export function firstEvents({ events }: Flow): ReadonlyMap<FlowStep, AuditEvent> {
  return new Map(events.toReversed().map((event) => [stepOf(event), event]))
}

/** What became of a step: reached and passed, where it ended, or never reached. */
export const flowStepStates = ['ok', 'failed', 'stopped', 'live', 'skipped'] as const

export type StepState = (typeof flowStepStates)[number]

export function stepStates(flow: Flow): Record<FlowStep, StepState> {
  const reached = flowSteps.indexOf(flow.step)
  const seen = new Set(flow.events.map(stepOf))
  return Object.fromEntries(
    flowSteps.map((step, index) => [step, stateOf(flow, step, index, reached, seen)]),
  ) as Record<FlowStep, StepState>
}

function stateOf(
  flow: Flow,
  step: FlowStep,
  index: number,
  reached: number,
  seen: ReadonlySet<FlowStep>,
): StepState {
  if (index === reached) return endStates[flow.status]
  if (index > reached) return 'skipped'
  // A client that is known does not register; a person who is signed in does not sign in.
  return seen.has(step) || step === 'authorize' ? 'ok' : 'skipped'
}

const endStates: Readonly<Record<FlowStatus, StepState>> = {
  completed: 'ok',
  failed: 'failed',
  denied: 'stopped',
  abandoned: 'stopped',
  in_progress: 'live',
}
