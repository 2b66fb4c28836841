import {
  type FlowStep,
  flowSteps,
  type Story,
  type StoryExchange,
  type StoryNote,
} from '../story.ts'
import { hasToken, isMetadata, redirectedError } from './messages.ts'

const indexOf = (step: FlowStep) => flowSteps.indexOf(step)

interface Standing {
  readonly refusals: readonly StoryExchange[]
  readonly notes: readonly StoryNote[]
}

/** A client that repeats itself is not looked at for longer than this: the last ones say what the first ones did. */
const most = 50

/** Every cause asks for the same. */
const known = new WeakMap<Story, Standing>()

/** Refusals that stand: nothing that went well at their step, or after it, came later. */
export function standingRefusals(story: Story): readonly StoryExchange[] {
  return standingOf(story).refusals
}

/** Notes of what stands. */
export function standingNotes(story: Story): readonly StoryNote[] {
  return standingOf(story).notes
}

function standingOf(story: Story): Standing {
  const already = known.get(story)
  if (already) return already
  const { exchanges } = story
  const furthest = furthestFrom(exchanges)
  const isOvercome = (step: FlowStep, index: number) => furthest[index + 1]! >= indexOf(step)
  const positions = new Map(
    exchanges.map(({ correlationId }, index) => [correlationId, index] as const).toReversed(),
  )
  positions.delete(undefined)
  const positionOf = ({ correlationId, at }: StoryNote) =>
    positions.get(correlationId) ?? exchanges.findLastIndex((exchange) => exchange.at <= at)
  const standing = {
    refusals: exchanges
      .filter((exchange, index) => isRefusal(exchange) && !isOvercome(exchange.step, index))
      .slice(-most),
    notes: story.notes.filter((note) => !isOvercome(note.step, positionOf(note))).slice(-most),
  }
  known.set(story, standing)
  return standing
}

/** By position, the furthest step at which something went well there or later; one more for the end. */
function furthestFrom(exchanges: readonly StoryExchange[]): readonly number[] {
  const furthest = Array.from({ length: exchanges.length + 1 }, () => -1)
  for (const [index, exchange] of [...exchanges.entries()].toReversed()) {
    const here = isProgress(exchange) ? indexOf(exchange.step) : -1
    furthest[index] = Math.max(furthest[index + 1]!, here)
  }
  return furthest
}

/** Whether a request was answered with a no. A challenge without a token is an invitation, and metadata may be elsewhere. */
export function isRefusal(exchange: StoryExchange): boolean {
  const { response } = exchange
  if (!response) return false
  if (response.status < 400) return redirectedError(exchange) !== undefined
  return !isChallenge(exchange) && !isMetadata(exchange)
}

/** The 401 that sends a client to sign in. */
export function isChallenge(exchange: StoryExchange): boolean {
  return exchange.response?.status === 401 && exchange.step === 'discovery' && !hasToken(exchange)
}

function isProgress(exchange: StoryExchange): boolean {
  const { response, step, request } = exchange
  if (!response || response.status >= 400 || redirectedError(exchange)) return false
  if (step === 'discovery' || request.method === 'OPTIONS') return false
  // A page that is shown once more is none.
  return (step !== 'sign_in' && step !== 'consent') || response.status >= 300
}
