import type { FlowStep, Story } from '../story.ts'

/** Two values that should have been the same. */
export interface Comparison {
  readonly got: string
  readonly expected: string
}

/** What was found in a story: where, and which values show it. */
export interface Evidence {
  readonly step: FlowStep
  /** The exchange that shows it, when there is one. */
  readonly exchangeId?: string | undefined
  readonly compare?: Comparison | undefined
  /** Further values for the sentences, by name. */
  readonly values?: Readonly<Record<string, string>> | undefined
}

/** A cause that a story can be diagnosed with. */
export interface Cause {
  /** Stable, in snake_case; tests, links and `connect` name it. */
  readonly id: string
  /** As a heading: "redirect_uri does not match". */
  readonly title: string
  /** What happened, in plain words, for somebody who has not read the specification. */
  says(evidence: Evidence): string
  /** What to do, and who. */
  fix(evidence: Evidence): string
  /** Where the rule stands: a section of a specification, or an issue thread. */
  readonly source: string
  /** Whether it is worth telling of an attempt that completed. */
  readonly isAdvisory?: boolean
  /** Finds the cause in a story; undefined when it is another one. */
  find(story: Story): Evidence | undefined
}

/** Why an attempt ended as it did. */
export interface Verdict {
  readonly cause: string
  readonly title: string
  readonly says: string
  readonly fix: string
  readonly source: string
  readonly evidence: Evidence
}
