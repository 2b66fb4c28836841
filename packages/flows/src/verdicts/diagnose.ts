import type { Story } from '../story.ts'
import { causes } from './catalogue.ts'
import type { Verdict } from './verdict.ts'

/** Why an attempt ended as it did: the first cause of the catalogue that it shows; undefined when it is none of them. */
export function diagnose(story: Story): Verdict | undefined {
  for (const cause of causes) {
    const evidence = cause.find(story)
    if (!evidence) continue
    const { id, title, source } = cause
    return { cause: id, title, says: cause.says(evidence), fix: cause.fix(evidence), source, evidence }
  }
  return undefined
}
