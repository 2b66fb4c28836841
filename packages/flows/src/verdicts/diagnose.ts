import type { Story } from '../story.ts'
import { causes } from './catalogue.ts'
import type { Cause, Evidence, Verdict } from './verdict.ts'

/**
 * Why an attempt ended as it did: the first cause of the catalogue that fits. Of an attempt that completed only what is
 * worth telling nevertheless; undefined where there is nothing to tell.
 */
export function diagnose(story: Story): Verdict | undefined {
  const eligible =
    story.status === 'completed' ? causes.filter(({ isAdvisory }) => isAdvisory) : causes
  for (const cause of eligible) {
    const evidence = cause.find(story)
    if (evidence) return verdictOf(cause, evidence)
  }
  return undefined
}

function verdictOf(cause: Cause, evidence: Evidence): Verdict {
  const { id, title, source } = cause
  return {
    cause: id,
    title,
    says: cause.says(evidence),
    fix: cause.fix(evidence),
    source,
    evidence,
  }
}
