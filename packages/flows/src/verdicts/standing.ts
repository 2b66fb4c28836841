import {
  type FlowStep,
  flowSteps,
  type Story,
  type StoryExchange,
  type StoryNote,
} from '../story.ts'
import { hasToken, isMetadata, redirectedError } from './messages.ts'

const indexOf = (step: FlowStep) => flowSteps.indexOf(step)

/** Refusals that stand: nothing that went well at their step, or after it, came later. */
export function standingRefusals(story: Story): readonly StoryExchange[] {
  return story.exchanges.filter(
    (exchange, index) => isRefusal(exchange) && !isOvercome(story, exchange.step, index),
  )
}

/** Notes of what stands. */
export function standingNotes(story: Story): readonly StoryNote[] {
  return story.notes.filter((note) => {
    const own = story.exchanges.findIndex(
      ({ correlationId }) => correlationId !== undefined && correlationId === note.correlationId,
    )
    if (own !== -1) return !isOvercome(story, note.step, own)
    const later = story.exchanges.findLastIndex(({ at }) => at <= note.at)
    return !isOvercome(story, note.step, later)
  })
}

function isOvercome({ exchanges }: Story, step: FlowStep, index: number): boolean {
  return exchanges
    .slice(index + 1)
    .some((later) => isProgress(later) && indexOf(later.step) >= indexOf(step))
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
