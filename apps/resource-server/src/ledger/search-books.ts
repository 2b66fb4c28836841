import { LRUCache } from 'lru-cache'
import type { Company } from './companies.ts'
import type { Reader } from './reader.ts'
import { searchDocuments } from './search.ts'
import {
  type LedgerDocument,
  readSearchDocuments,
  type SearchedKind,
  searchedKinds,
} from './search-documents.ts'
import { createSearchIndex, type SearchIndex } from './search-index.ts'

/** Where to look: the companies whose documents of each kind are searched. */
export type SearchedBooks = Readonly<Partial<Record<SearchedKind, readonly Company[]>>>

/** What a process holds indexed, 2 to 3 KB a document; the books that were searched last stay, at least the last one. */
const maximumDocuments = 50_000

type Index = SearchIndex<LedgerDocument>

/** The indexes of each open database; they go when it does. */
const indexesOf = new WeakMap<Reader, LRUCache<string, Index>>()

/**
 * Finds documents of companies' books by words, best first.
 *
 * The rows are read for every search and decide what is found; the index in memory only spares taking apart again what
 * has not changed. So an answer is as new as its reading, whoever wrote the rows and on whichever node.
 */
export async function searchBooks(
  reader: Reader,
  books: SearchedBooks,
  query: string,
): Promise<LedgerDocument[]> {
  const shelves = searchedKinds.flatMap((kind) =>
    (books[kind] ?? []).map((company) => ({ kind, company })),
  )
  const read = await Promise.all(
    shelves.map(async ({ kind, company }) => ({
      key: `${kind} ${company.id}`,
      documents: await readSearchDocuments(reader, company, kind),
    })),
  )
  // From here on nothing waits: a search beside this one, with rows of its own, shares the indexes.
  const indexes = indexesOf.get(reader) ?? new LRUCache({ maxSize: maximumDocuments })
  indexesOf.set(reader, indexes)
  const updated = read.map(({ key, documents }) => updatedIndex(indexes, key, documents))
  return searchDocuments(updated, query)
}

function updatedIndex(
  indexes: LRUCache<string, Index>,
  key: string,
  documents: readonly LedgerDocument[],
): Index {
  const index = indexes.get(key) ?? createSearchIndex<LedgerDocument>()
  index.update(documents)
  // Told anew each time, for its size may have changed. What is larger than all that is held may be held alone.
  const size = Math.min(Math.max(1, index.size()), maximumDocuments)
  indexes.set(key, index, { size })
  return index
}
