import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { stepStates } from '@neonpanel/flows/step-states'
import type { FlowStatus, FlowStep, Story, StoryExchange } from '@neonpanel/flows/story'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import { expect, test } from 'vitest'
import { runsOf } from './runs.ts'

function told(status: FlowStatus, step: FlowStep, steps: readonly FlowStep[]) {
  const exchanges = steps.map((one, index) => ({ id: `${index}`, step: one }) as StoryExchange)
  const story = { status, step, exchanges } as unknown as Story
  const flow = { status, step, steps: stepStates({ status, step, exchanges }) } as Flow
  return (evidence?: Verdict['evidence']) =>
    runsOf(flow, story, evidence && ({ evidence } as Verdict)).map(
      ({ id, state, exchanges: own, isEnd }) =>
        `${id} ${state} ${own.length}${isEnd ? ' end' : ''}`,
    )
}

test('every step stands in the sequence, also one that was not needed or not reached', () => {
  const runs = told('failed', 'token', ['discovery', 'authorize', 'token'])
  expect(runs()).toEqual([
    'discovery ok 1',
    'register skipped 0',
    'authorize ok 1',
    'sign_in skipped 0',
    'consent skipped 0',
    'code ok 0',
    'token failed 1 end',
    'connect skipped 0',
    'tool_call skipped 0',
  ])
})

test('a step that is come back to stands there again, and the verdict says which one failed', () => {
  const runs = told('failed', 'token', ['token', 'token', 'connect', 'token', 'connect'])
  const own = runs({ step: 'token', exchangeId: '3' }).filter((run) => !run.includes('skipped'))
  expect(own).toEqual(['token ok 2', 'connect ok 1', 'token-2 failed 1 end', 'connect-2 ok 1'])
})

test('a flow stops, or waits, at a step that nothing came of', () => {
  expect(told('abandoned', 'sign_in', ['authorize'])()).toContain('sign_in stopped 0 end')
  expect(told('in_progress', 'sign_in', ['authorize'])()).toContain('sign_in live 0 end')
  expect(told('completed', 'connect', ['token', 'connect'])().join()).not.toContain('end')
})
