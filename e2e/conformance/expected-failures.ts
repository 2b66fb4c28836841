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
