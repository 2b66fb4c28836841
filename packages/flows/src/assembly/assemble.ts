import type { ExchangeContent, ExchangeHead } from '../recording/recorded-exchange.ts'
import { type StepState, stepStates } from '../step-states.ts'
import type { FlowStep, Story, StoryExchange, StoryNote } from '../story.ts'
import { type Attempt, attemptsOf, isRoutine } from './attempts.ts'
import { type Deed, deedsOf, type FlowEvent } from './deed.ts'
import { claimDiscovery, wanderers } from './discovery.ts'
import { outcomeOf } from './outcome.ts'

/** A story without its messages. */
export interface Flow extends Omit<Story, 'exchanges' | 'clientName'> {
  /** Other names that it is found by: correlation ids, the provider's name. */
  readonly aliases: readonly string[]
  readonly correlationIds: readonly string[]
  readonly steps: Readonly<Record<FlowStep, StepState>>
  /** In the order in which they came. */
  readonly exchanges: readonly (ExchangeHead & { readonly step: FlowStep })[]
}

/**
 * Tells every attempt to connect a client as one flow, the latest first, from the exchanges of both servers and from
 * audit events.
 */
export function assembleFlows(
  heads: readonly ExchangeHead[],
  events: readonly FlowEvent[],
  now = Date.now(),
): Flow[] {
  const { attempts, loose } = attemptsOf(deedsOf(heads, events))
  const openings = new Map(attempts.map((attempt) => [attempt, attempt.deeds[0]!]))
  const unclaimed = claimDiscovery(attempts, loose)
  return [...attempts.filter((attempt) => !isRoutine(attempt)), ...wanderers(unclaimed)]
    .map((attempt) => flowOf(attempt, openings.get(attempt) ?? attempt.deeds[0]!, now))
    .toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime() || compare(b.id, a.id))
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/** Its name is that of the first request that names it: what is found out later does not change it. */
function flowOf(attempt: Attempt, { head: opening }: Deed, now: number): Flow {
  const { deeds } = attempt
  const outcome = outcomeOf(deeds, now)
  const exchanges = deeds.map(({ head, step }) => ({ ...head, step }))
  const correlationIds = [
    ...new Set(deeds.map(({ head }) => head.correlationId).filter((id) => id !== undefined)),
  ]
  const flows = deeds.map(({ flow }) => flow).filter((flow) => flow !== undefined)
  const ends = deeds.map(({ head }) => head.at.getTime() + head.durationMs)
  return {
    id: opening.correlationId ?? opening.id,
    aliases: [...correlationIds, ...new Set(flows)],
    correlationIds,
    ...outcome,
    steps: stepStates({ ...outcome, exchanges }),
    clientId: knownOf(attempt, 'clientId'),
    personId: knownOf(attempt, 'personId'),
    grantId: knownOf(attempt, 'grantId'),
    startedAt: deeds[0]!.head.at,
    endedAt: new Date(Math.max(...ends)),
    exchanges,
    notes: deeds.flatMap(notesOf),
  }
}

function knownOf(
  { deeds, heir }: Attempt,
  name: 'clientId' | 'personId' | 'grantId',
): string | undefined {
  const own = deeds.map((deed) => deed[name]).findLast((value) => value !== undefined)
  return own ?? (heir && knownOf(heir, name))
}

/** Reasons that the audit log keeps. */
function notesOf({ events, step, head }: Deed): StoryNote[] {
  return events.flatMap(({ type, at, detail }) => {
    const [reason] = [
      detail.reason,
      detail.denied && 'consent_denied',
      detail.rule,
      detail.error,
    ].filter((word) => typeof word === 'string')
    if (reason === undefined) return []
    const got = type === 'consent.denied' ? detail.denied : (detail.got ?? detail.description)
    return [noteOf({ reason, got, expected: detail.expected }, { step, at, head })]
  })
}

function noteOf(
  { reason, got, expected }: { reason: string; got?: unknown; expected?: unknown },
  { step, at, head }: { step: FlowStep; at: Date; head: ExchangeHead },
): StoryNote {
  return {
    step,
    at,
    reason,
    ...(typeof got === 'string' && { got }),
    ...(typeof expected === 'string' && { expected }),
    correlationId: head.correlationId,
  }
}

/** The whole story: a flow with its messages. */
export function storyOf(
  flow: Flow,
  contents: ReadonlyMap<string, ExchangeContent>,
  clientName: string | undefined,
): Story {
  const { aliases: _aliases, correlationIds: _ids, steps: _steps, exchanges, ...told } = flow
  const notes = exchanges.flatMap((head) =>
    (contents.get(head.id)?.notes ?? []).map((note) =>
      noteOf(note, { step: head.step, at: head.at, head }),
    ),
  )
  return {
    ...told,
    clientName,
    exchanges: exchanges.map((head) => exchangeOf(head, contents.get(head.id))),
    notes: [...told.notes, ...notes].toSorted((a, b) => a.at.getTime() - b.at.getTime()),
  }
}

function exchangeOf(head: ExchangeHead, content: ExchangeContent | undefined): StoryExchange {
  const { id, server, step, at, durationMs, correlationId, method, path, status } = head
  const { url = path, headers = {}, body } = content?.request ?? {}
  const answer = content?.response
  return {
    id,
    server,
    step,
    at,
    durationMs,
    correlationId,
    request: { method, url, headers, body },
    response:
      status === undefined
        ? undefined
        : { status, headers: answer?.headers ?? {}, body: answer?.body },
  }
}
