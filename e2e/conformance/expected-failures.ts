import type { ScenarioRun } from './suite.ts'

/** A check that is known not to pass. */
export interface ExpectedFailure {
  /** A revision, or `authorization`. */
  readonly set: string
  readonly scenario: string
  /** Id of the check, as the suite prints it. */
  readonly check: string
  /** Why it cannot pass, and what the server does instead. */
  readonly reason: string
}

/** None. A check that fails or warns and is not named here fails the test, and so does one that is and passes. */
export const expectedFailures: readonly ExpectedFailure[] = []

export interface Judgement {
  readonly unexpected: readonly { readonly check: string; readonly message?: string }[]
  /** Checks that were expected not to pass, and do. */
  readonly stale: readonly string[]
}

/** Compares what a set of scenarios came to with what is expected of it. A warning is a failure. */
export function judge(
  set: string,
  runs: readonly ScenarioRun[],
  expected: readonly ExpectedFailure[] = expectedFailures,
): Judgement {
  const failures = runs.flatMap(({ scenario, checks }) =>
    checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map(({ id, errorMessage: message }) => ({
        check: `${scenario}:${id}`,
        ...(message && { message }),
      })),
  )
  const known = expected
    .filter((failure) => failure.set === set)
    .map(({ scenario, check }) => `${scenario}:${check}`)
  return {
    unexpected: failures.filter(({ check }) => !known.includes(check)),
    stale: known.filter((check) => !failures.some((failure) => failure.check === check)),
  }
}
