import { searchDocuments } from '../ledger/search.ts'
import { createSearchIndex } from '../ledger/search-index.ts'

/** Something with an id that a call could have meant. */
export interface Meant {
  readonly id: string
  readonly title: string
}

const maximumNamed = 3

/**
 * A sentence that names the things most like an unknown id; empty when nothing is like it. It is made of what the caller
 * may read and of nothing else, so that an id of somebody else's is answered like one that does not exist.
 *
 * @param near best first
 */
export function didYouMean(near: readonly Meant[]): string {
  if (near.length === 0) return ''
  const names = near.slice(0, maximumNamed).map(({ id, title }) => `${id} (${title})`)
  return ` Did you mean ${names.join(' or ')}?`
}

/** As `didYouMean`, out of a list: all of a short one, else what has most of the words of the id in its id or name. */
export function didYouMeanOneOf(things: readonly Meant[], id: string): string {
  if (things.length <= maximumNamed) return didYouMean(things)
  const index = createSearchIndex()
  index.update(things.map((thing) => ({ ...thing, code: thing.id, words: '' })))
  return didYouMean(searchDocuments([index], id))
}
