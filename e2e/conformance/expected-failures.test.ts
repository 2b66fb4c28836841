import { describe, expect, test } from 'vitest'
import { type ExpectedFailure, expectedFailures, judge } from './expected-failures.ts'
import type { Check, ScenarioRun } from './suite.ts'

const run = (...checks: Check[]): ScenarioRun[] => [
  { scenario: 'ping', standing: 'required', checks },
]

const known = [
  { set: '2025-11-25', scenario: 'ping', check: 'answers', reason: 'It is a test of the test.' },
]

describe('what the conformance suite finds', () => {
  test.each(['FAILURE', 'WARNING'] as const)('is unexpected when it is a %s', (status) => {
    const failing = run({ id: 'answers', status, errorMessage: 'No answer' })
    expect(judge('2025-11-25', failing, [])).toEqual({
      unexpected: [{ check: 'ping:answers', message: 'No answer' }],
      stale: [],
    })
    expect(judge('2025-11-25', failing, known)).toEqual({ unexpected: [], stale: [] })
    expect(judge('2026-07-28', failing, known).unexpected).toHaveLength(1)
  })

  test.each(['SUCCESS', 'INFO', 'SKIPPED'] as const)('is no failure when it is a %s', (status) => {
    const passing = run({ id: 'other', status })
    expect(judge('2025-11-25', passing, [])).toEqual({ unexpected: [], stale: [] })
  })

  test('makes an expected failure that passes, or is not there at all, stale', () => {
    const stale = ['ping:answers']
    const passing = run({ id: 'answers', status: 'SUCCESS' })
    expect(judge('2025-11-25', passing, known)).toEqual({ unexpected: [], stale })
    expect(judge('2025-11-25', [], known)).toEqual({ unexpected: [], stale })
  })

  test('is expected to fail only for a reason that is given', () => {
    const isReason = ({ reason }: ExpectedFailure) => /\w+ \w+/.test(reason)
    expect([...known, ...expectedFailures].filter((failure) => !isReason(failure))).toEqual([])
  })
})
