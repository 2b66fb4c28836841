import type { Hit, SearchDocument, SearchIndex } from './search-index.ts'
import { wordsOfQuery } from './search-words.ts'

/**
 * Finds documents by words, best first; equals keep the order in which their index was given them. A code or an id that
 * is the whole query finds its document alone. A word that occurs nowhere is taken for a typing error. Those documents
 * are found that have all words, or else the most and at least half of them as they are written.
 *
 * @returns none for a query without words
 */
export function searchDocuments<Document extends SearchDocument>(
  indexes: readonly SearchIndex<Document>[],
  query: string,
): Document[] {
  const exact = indexes.flatMap((index) => index.exact(query))
  if (exact.length > 0) return exact
  const words = wordsOfQuery(query)
  const hits = new Map<string, Found<Document>>()
  for (const word of words) collect(hits, indexes, word)
  const found = [...hits.values()].filter(
    ({ wordCount, writtenCount }) => wordCount === words.length || writtenCount * 2 >= words.length,
  )
  const most = Math.max(0, ...found.map(({ wordCount }) => wordCount))
  return found
    .filter(({ wordCount }) => wordCount === most)
    .sort(
      (a, b) => rank(b) - rank(a) || a.place - b.place || (a.document.id < b.document.id ? -1 : 1),
    )
    .map(({ document }) => document)
}

interface Found<Document extends SearchDocument> extends Hit<Document> {
  readonly wordCount: number
  /** Of them, how many occur as they were written. */
  readonly writtenCount: number
}

/** Adds what has a word; a typing error is assumed only where it occurs in no index. */
function collect<Document extends SearchDocument>(
  found: Map<string, Found<Document>>,
  indexes: readonly SearchIndex<Document>[],
  word: string,
): void {
  const written = indexes.flatMap((index) => index.find(word, false))
  const hits = written.length > 0 ? written : indexes.flatMap((index) => index.find(word, true))
  for (const hit of hits) {
    const before = found.get(hit.document.id) ?? { worth: 0, wordCount: 0, writtenCount: 0 }
    found.set(hit.document.id, {
      ...hit,
      worth: before.worth + hit.worth,
      wordCount: before.wordCount + 1,
      writtenCount: before.writtenCount + (hits === written ? 1 : 0),
    })
  }
}

/** Sums that differ only by how they were rounded are equal, so that the order is the same everywhere. */
function rank({ worth }: { readonly worth: number }): number {
  return Math.round(worth * 1e6)
}
