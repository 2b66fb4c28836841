import MiniSearch, { type Query } from 'minisearch'
import { codeOf, wordsOf } from './search-words.ts'

/** Something that can be found by words. */
export interface SearchDocument {
  readonly id: string
  readonly title: string
  /** The name that a person would type exactly: SKU, reference. */
  readonly code: string
  /** Further words: category, supplier, company. */
  readonly words: string
}

/** A document that has a word. */
export interface Hit<Document extends SearchDocument> {
  readonly document: Document
  /** Where it stood among the documents that were given. */
  readonly place: number
  readonly worth: number
}

/** The words of some documents. It knows what it was told last: whoever searches tells it the rows just read. */
export interface SearchIndex<Document extends SearchDocument = SearchDocument> {
  /** Takes over the documents as they are now; only those that changed are indexed anew. */
  update(documents: readonly Document[]): void
  /** How many documents are held. */
  size(): number
  /** Those whose id or code is this text, whatever its case and punctuation. */
  exact(text: string): Document[]
  /** Those that have a word which begins so; with `fuzzy` also one that may have been meant. */
  find(word: string, fuzzy: boolean): Hit<Document>[]
}

/** What a word is worth by where it occurs; its beginning, or what was meant by it, is worth less than the whole. */
const boost = { code: 4, title: 2, words: 1 }
const weights = { prefix: 0.4, fuzzy: 0.3 }

/** Indexes documents by the words of their title, code and further words. */
export function createSearchIndex<Document extends SearchDocument>(): SearchIndex<Document> {
  const words = new MiniSearch<Document>({
    fields: Object.keys(boost),
    tokenize: wordsOf,
    processTerm: (word) => word,
    searchOptions: { boost, weights, tokenize: (word) => [word] },
  })
  const held = new Map<string, { document: Document; place: number }>()
  const idsOfCode = new Map<string, Set<string>>()
  function add(document: Document): void {
    words.add(document)
    for (const code of codesOf(document)) {
      idsOfCode.set(code, (idsOfCode.get(code) ?? new Set()).add(document.id))
    }
  }
  function remove(document: Document): void {
    words.remove(document)
    for (const code of codesOf(document)) {
      const ids = idsOfCode.get(code)
      ids?.delete(document.id)
      if (ids?.size === 0) idsOfCode.delete(code)
    }
  }
  return {
    update(documents) {
      const gone = new Set(held.keys())
      for (const [place, document] of documents.entries()) {
        gone.delete(document.id)
        const before = held.get(document.id)?.document
        held.set(document.id, { document, place })
        if (before && isSame(before, document)) continue
        if (before) remove(before)
        add(document)
      }
      for (const id of gone) {
        remove(held.get(id)!.document)
        held.delete(id)
      }
    },
    size: () => held.size,
    exact(text) {
      const ids = [...(idsOfCode.get(codeOf(text)) ?? [])]
      const found = ids.map((id) => held.get(id)!).sort((a, b) => a.place - b.place)
      return found.map(({ document }) => document)
    },
    find(word, fuzzy) {
      const prefix = word.length >= 2
      const found = fuzzy
        ? words.search(meant(word, prefix), {
            filter: ({ terms }) => terms.some((term) => beginsAlike(word, term)),
          })
        : words.search(word, { prefix })
      return found.map(({ id, score }) => ({ ...held.get(id)!, worth: score }))
    },
  }
}

function meant(word: string, prefix: boolean): Query {
  return {
    queries: [
      { queries: [word], prefix, fuzzy: wrongLetters(word) },
      { queries: swapsOf(word), prefix },
    ],
  }
}

/** What a text must be to name a document exactly. */
function codesOf({ id, code }: SearchDocument): string[] {
  return [codeOf(id), codeOf(code)].filter((text) => text !== '')
}

function isSame(a: SearchDocument, b: SearchDocument): boolean {
  return a.title === b.title && a.code === b.code && a.words === b.words
}

/** Letters that may be wrong, missing or too many in a word. Numbers are never guessed, nor what no word is as long as. */
function wrongLetters(word: string): number | false {
  if (word.length < 4 || word.length > 30 || /\d/.test(word)) return false
  return word.length < 8 ? 1 : 2
}

/** People get the first letter of a word right, or swap it with the second: a candle is no handle. */
function beginsAlike(word: string, term: string): boolean {
  return term[0] === word[0] || (term[0] === word[1] && term[1] === word[0])
}

/** The word with two neighbouring letters swapped: one slip for who types, two wrong letters for who counts. */
function swapsOf(word: string): string[] {
  if (wrongLetters(word) === false) return []
  return Array.from(
    { length: word.length - 1 },
    (_, at) => word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2),
  )
}
