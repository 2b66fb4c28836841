import type { FlowStep, Story, StoryExchange, StoryNote } from '../story.ts'
import { standingNotes, standingRefusals } from './standing.ts'
import type { Cause, Evidence } from './verdict.ts'

export type Find = Cause['find']

type Shown = Pick<Evidence, 'compare' | 'values'>

/** The first way that finds something. */
export function anyOf(...ways: readonly Find[]): Find {
  return (story) => {
    for (const find of ways) {
      const evidence = find(story)
      if (evidence) return evidence
    }
    return undefined
  }
}

/** A note of one of these reasons, the last that stands. */
export function noted(...reasons: readonly string[]): Find {
  return (story) => {
    const note = standingNotes(story).findLast(({ reason }) => reasons.includes(reason))
    return note && evidenceOf(story, note)
  }
}

/** The same, whatever came after. */
export function ever(reason: string): Find {
  return (story) => {
    const note = story.notes.findLast((one) => one.reason === reason)
    return note && evidenceOf(story, note)
  }
}

export function evidenceOf(story: Story, note: StoryNote, shown: Shown = {}): Evidence {
  const { step, got, expected, correlationId } = note
  const ofRequest = story.exchanges.filter((exchange) => exchange.correlationId === correlationId)
  const exchange =
    correlationId === undefined
      ? undefined
      : (ofRequest.find((one) => one.step === step) ?? ofRequest[0])
  return {
    step,
    ...(exchange && { exchangeId: exchange.id }),
    ...(got !== undefined && expected !== undefined && { compare: { got, expected } }),
    values: { ...(got !== undefined && { got }), ...(expected !== undefined && { expected }) },
    ...shown,
  }
}

/** What a refused exchange shows: nothing, that it is the one, or values. */
type Shows = (exchange: StoryExchange, story: Story) => Shown | boolean | undefined

/** A refusal that stands and shows it, the last one. */
export function refused(shows: Shows, step?: FlowStep): Find {
  return (story) => {
    for (const exchange of standingRefusals(story).toReversed()) {
      if (step !== undefined && exchange.step !== step) continue
      const shown = shows(exchange, story)
      if (shown) return at(exchange, shown === true ? {} : shown)
    }
    return undefined
  }
}

export function at({ step, id }: StoryExchange, shown: Shown = {}): Evidence {
  return { step, exchangeId: id, ...shown }
}

/** That nothing came any more after a step. */
export function waitedAt(...steps: readonly FlowStep[]): Find {
  return (story) => {
    if (story.status !== 'abandoned' || !steps.includes(story.step)) return undefined
    const last = story.exchanges.findLast(({ step }) => step === story.step)
    return { step: story.step, ...(last && { exchangeId: last.id }) }
  }
}

/** A value for a sentence. */
export function value(
  { values, compare }: Evidence,
  name: 'got' | 'expected' | string,
): string | undefined {
  if (values?.[name] !== undefined) return values[name]
  return name === 'got' || name === 'expected' ? compare?.[name] : undefined
}

/** A comparison, where both are known. */
export function compared(
  got: string | null | undefined,
  expected: string | null | undefined,
): Shown {
  return got && expected ? { compare: { got, expected } } : {}
}
