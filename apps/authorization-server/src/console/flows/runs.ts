import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { type FlowStep, flowSteps, type Story, type StoryExchange } from '@neonpanel/flows/story'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'

/** `stopped`: ended here, by somebody’s will or silence. `skipped`: not reached, or not needed. */
export type RunState = 'ok' | 'failed' | 'stopped' | 'live' | 'skipped'

/** A step as it stands in the sequence; one that is come back to stands there again. */
export interface Run {
  /** Fragment identifier. */
  readonly id: string
  readonly step: FlowStep
  readonly state: RunState
  readonly exchanges: readonly StoryExchange[]
  /** Whether the flow came further without it. */
  readonly isUnneeded: boolean
  /** Whether the flow ended here, and the verdict tells why. */
  readonly isEnd: boolean
}

type OpenRun = Pick<Run, 'step'> & { readonly exchanges: StoryExchange[] }

/** The sequence of a flow: its exchanges in order of time, by step, and the steps that have none where they would be. */
export function runsOf(flow: Flow, story: Story, verdict: Verdict | undefined): Run[] {
  const runs = withSilentSteps(consecutive(story.exchanges))
  const end = endOf(runs, flow, verdict)
  const counts = new Map<FlowStep, number>()
  return runs.map((run) => {
    const count = (counts.get(run.step) ?? 0) + 1
    counts.set(run.step, count)
    const isEnd = run === end && flow.status !== 'completed'
    return {
      ...run,
      id: count === 1 ? run.step : `${run.step}-${count}`,
      state: isEnd ? flow.steps[flow.step] : stateOf(run, flow),
      isUnneeded: flowSteps.indexOf(run.step) < flowSteps.indexOf(flow.step),
      isEnd,
    }
  })
}

function consecutive(exchanges: readonly StoryExchange[]): OpenRun[] {
  const runs: OpenRun[] = []
  for (const exchange of exchanges) {
    const last = runs.at(-1)
    if (last?.step === exchange.step) last.exchanges.push(exchange)
    else runs.push({ step: exchange.step, exchanges: [exchange] })
  }
  return runs
}

/** A step without exchanges stands before the first one that comes after it. */
function withSilentSteps(runs: readonly OpenRun[]): OpenRun[] {
  const all = [...runs]
  for (const [index, step] of flowSteps.entries()) {
    if (all.some((run) => run.step === step)) continue
    const next = all.findIndex((run) => flowSteps.indexOf(run.step) > index)
    all.splice(next === -1 ? all.length : next, 0, { step, exchanges: [] })
  }
  return all
}

/** Where the flow ended: at the exchange that the verdict names, else at the last of its step. */
function endOf(runs: readonly OpenRun[], flow: Flow, verdict: Verdict | undefined) {
  const { exchangeId, step = flow.step } = verdict?.evidence ?? {}
  const shown = runs.find(({ exchanges }) => exchanges.some(({ id }) => id === exchangeId))
  return shown ?? runs.findLast((run) => run.step === step)
}

function stateOf({ step, exchanges }: OpenRun, { steps, step: last, status }: Flow): RunState {
  if (exchanges.length > 0) return 'ok'
  if (step === last) return status === 'completed' ? 'ok' : 'stopped'
  return steps[step] === 'ok' ? 'ok' : 'skipped'
}
