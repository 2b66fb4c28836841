import type { ExchangeHead } from '../recording/recorded-exchange.ts'
import type { FlowStep } from '../story.ts'

/** An audit event, as far as flows want to know it. */
export interface FlowEvent {
  readonly id: string
  readonly at: Date
  readonly type: string
  readonly personId: string | null
  readonly clientId: string | null
  readonly grantId: string | null
  readonly correlationId: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

/** One request with what the audit log tells about it. */
export interface Deed {
  readonly head: ExchangeHead
  readonly events: readonly FlowEvent[]
  readonly step: FlowStep
  /** The provider's name for one authorization, the same through all its pages. */
  readonly flow: string | undefined
  readonly clientId: string | undefined
  readonly grantId: string | undefined
  readonly personId: string | undefined
}

/** Requests in the order in which they came, each with its events. */
export function deedsOf(heads: readonly ExchangeHead[], events: readonly FlowEvent[]): Deed[] {
  const told = Map.groupBy(events, ({ correlationId }) => correlationId)
  const prompts = new Map<string, FlowStep>()
  return heads.toSorted(byArrival).map((head) => {
    const ofRequest = (head.correlationId && told.get(head.correlationId)) || []
    const opened = ofRequest.find(({ type }) => type === 'interaction.started')
    const page = head.joins.findLast(isInteraction)
    if (opened && page) prompts.set(page, promptOf(opened))
    const known = (name: 'clientId' | 'grantId' | 'personId') =>
      ofRequest.map((event) => event[name]).findLast((value) => value !== null) ?? undefined
    const flow = ofRequest.map(({ detail }) => detail.flow).find((name) => typeof name === 'string')
    return {
      head,
      events: ofRequest,
      step: stepOf(head, ofRequest, prompts),
      flow,
      clientId: known('clientId') ?? head.clientId,
      grantId: known('grantId') ?? head.grantId,
      personId: known('personId') ?? head.personId,
    }
  })
}

/** Ids sort by arrival within a process. */
function byArrival(a: ExchangeHead, b: ExchangeHead): number {
  return a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : Number(a.id > b.id))
}

const isInteraction = (join: string) => join.startsWith('interaction:')

function promptOf({ detail }: FlowEvent): FlowStep {
  return detail.prompt === 'consent' ? 'consent' : 'sign_in'
}

/** A page is of the step that was asked for when it was opened; a form of what became of it. */
function stepOf(
  head: ExchangeHead,
  events: readonly FlowEvent[],
  prompts: ReadonlyMap<string, FlowStep>,
): FlowStep {
  if (head.kind !== 'interaction' && head.kind !== 'resume') return head.step
  if (events.some(({ type }) => type.startsWith('consent.'))) return 'consent'
  if (events.some(({ type }) => type.startsWith('sign_in.'))) return 'sign_in'
  if (head.step === 'code') return 'code'
  const page = head.joins.find(isInteraction)
  return prompts.get(page ?? '') ?? head.step
}

/** Whether the answer was what the request asked for. */
export function isOk({ head }: Deed): boolean {
  return head.status !== undefined && head.status < 400
}

/** Whether the request was refused, or not answered at all. A wrong password is no end. */
export function isRefused({ head, events }: Deed): boolean {
  if (events.some(({ type }) => refusals.has(type))) return true
  if (head.kind === 'interaction') return false
  return head.status === undefined || head.status >= 400
}

const refusals: ReadonlySet<string> = new Set([
  'authorization.failed',
  'token.refused',
  'client.refused',
])
