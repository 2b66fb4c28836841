import type { Hit, SearchDocument, SearchIndex } from './search-index.ts'
import { wordsOfQuery } from './search-words.ts'

/**
 * Finds documents by words, best first; equals keep the order in which their index was given them. A code or an id that
 * is the whole query finds its document alone. Otherwise those are found in which most words of the query occur, and at
 * least half of them; a word that occurs nowhere is taken for a typing error.
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
  const found = new Map<string, Found<Document>>()
  for (const word of words) {
    for (const hit of hitsOf(indexes, word)) add(found, hit)
  }
  const most = Math.max(0, ...[...found.values()].map(({ wordCount }) => wordCount))
  if (most * 2 < words.length) return []
  return [...found.values()]
    .filter(({ wordCount }) => wordCount === most)
    .sort(
      (a, b) => rank(b) - rank(a) || a.place - b.place || (a.document.id < b.document.id ? -1 : 1),
    )
    .map(({ document }) => document)
}

interface Found<Document extends SearchDocument> extends Hit<Document> {
  readonly wordCount: number
}

/** The documents that have a word; a typing error is assumed only where it occurs in none. */
function hitsOf<Document extends SearchDocument>(
  indexes: readonly SearchIndex<Document>[],
  word: string,
): Hit<Document>[] {
  const hits = indexes.flatMap((index) => index.find(word, false))
  return hits.length > 0 ? hits : indexes.flatMap((index) => index.find(word, true))
}

function add<Document extends SearchDocument>(
  found: Map<string, Found<Document>>,
  hit: Hit<Document>,
): void {
  const before = found.get(hit.document.id) ?? { worth: 0, wordCount: 0 }
  found.set(hit.document.id, {
    ...hit,
    worth: before.worth + hit.worth,
    wordCount: before.wordCount + 1,
  })
}

/** Sums that differ only by how they were rounded are equal, so that the order is the same everywhere. */
function rank({ worth }: { readonly worth: number }): number {
  return Math.round(worth * 1e6)
}
