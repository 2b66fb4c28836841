/** One sentence that the servers are held to, and where it stands. */
export interface Requirement {
  /** CONTRACT, SPEC-MATRIX or an RFC. */
  readonly source: string
  readonly section: string
  readonly sentence: string
}

/** Gives the sentences of one section their common source. */
export function sentencesOf<const Id extends string>(
  source: string,
  section: string,
  sentences: Record<Id, string>,
): Record<Id, Requirement> {
  const entries = Object.entries<string>(sentences).map(([id, sentence]) => [
    id,
    { source, section, sentence },
  ])
  return Object.fromEntries(entries) as Record<Id, Requirement>
}
