import { type FlowStatus, type FlowStep, flowSteps, type Story } from './story.ts'

/** What became of a step: reached and passed, where it ended, or never reached. */
export const flowStepStates = ['ok', 'failed', 'stopped', 'live', 'skipped'] as const

export type StepState = (typeof flowStepStates)[number]

const endStates: Readonly<Record<FlowStatus, StepState>> = {
  completed: 'ok',
  failed: 'failed',
  denied: 'stopped',
  abandoned: 'stopped',
  in_progress: 'live',
}

/** How far a story came. */
export interface Reach extends Pick<Story, 'status' | 'step'> {
  readonly exchanges: readonly { readonly step: FlowStep }[]
}

export function stepStates(story: Reach): Record<FlowStep, StepState> {
  const seen = new Set(story.exchanges.map(({ step }) => step))
  const reached = flowSteps.indexOf(story.step)
  const states = flowSteps.map((step, index) => {
    if (index === reached) return [step, endStates[story.status]] as const
    if (index > reached) return [step, 'skipped'] as const
    return [step, seen.has(step) || isImplied(step, seen) ? 'ok' : 'skipped'] as const
  })
  return Object.fromEntries(states) as Record<FlowStep, StepState>
}

/** A client that is known does not register, and a person who is signed in does not sign in; a code is always there. */
function isImplied(step: FlowStep, seen: ReadonlySet<FlowStep>): boolean {
  return step === 'code' && seen.has('authorize') && seen.has('token')
}
