/** Something that can be found by words. */
export interface SearchDocument {
  readonly id: string
  readonly title: string
  /** Names that a person would type exactly: SKU, reference. */
  readonly codes: readonly string[]
  /** Further words: category, supplier, company. */
  readonly words: string
}

const stopWords = new Set(
  'a an and are at by for from in is it me my of on or our show that the to what which with'.split(
    ' ',
  ),
)

/** What a word is worth by where it occurs; its beginning is worth less than the whole. */
const worth = { code: 12, titleWord: 6, titlePart: 4, word: 3, part: 1 }

/** What a document must be worth beside the best one: the rest is noise. */
const leastOfBest = 0.4

/**
 * Finds documents by words, best first; equals keep their order. A document is found when at least half of the words that
 * matter occur in it; words match from their beginning, without regard to case, accents and plural.
 *
 * @returns at most `limit` documents; none for a query without words
 */
export function searchDocuments<Document extends SearchDocument>(
  documents: readonly Document[],
  query: string,
  limit: number,
): Document[] {
  const all = wordsOf(query)
  const meaningful = all.filter((word) => !stopWords.has(word))
  const terms = [...new Set(meaningful.length > 0 ? meaningful : all)].slice(0, 16)
  if (terms.length === 0) return []
  const scored = documents
    .map((document) => ({ document, score: scoreOf(document, terms, query) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  const least = (scored[0]?.score ?? 0) * leastOfBest
  return scored
    .filter(({ score }) => score >= least)
    .slice(0, limit)
    .map(({ document }) => document)
}

function scoreOf(document: SearchDocument, terms: readonly string[], query: string): number {
  const wanted = query.trim().toLowerCase()
  if (
    document.id === query.trim() ||
    document.codes.some((code) => code.toLowerCase() === wanted)
  ) {
    return Number.MAX_SAFE_INTEGER
  }
  const codes = document.codes.flatMap(wordsOf)
  const title = wordsOf(document.title)
  const words = wordsOf(document.words)
  let found = 0
  let score = 0
  for (const term of terms) {
    const best = scoreOfTerm(term, codes, title, words)
    if (best > 0) found += 1
    score += best
  }
  return found * 2 < terms.length ? 0 : (score * found) / terms.length
}

function scoreOfTerm(
  term: string,
  codes: readonly string[],
  title: readonly string[],
  words: readonly string[],
): number {
  if (codes.includes(term)) return worth.code
  if (title.includes(term)) return worth.titleWord
  const begins = (word: string) => term.length >= 2 && word.startsWith(term)
  if (title.some(begins) || codes.some(begins)) return worth.titlePart
  if (words.includes(term)) return worth.word
  return words.some(begins) ? worth.part : 0
}

/** Lower case, without accents, plural endings and punctuation. */
function wordsOf(text: string): string[] {
  // Most texts are ASCII, and decomposing them is what costs.
  const plain = /^[\x20-\x7e]*$/.test(text)
    ? text
    : text.normalize('NFKD').replaceAll(/\p{M}/gu, '')
  return plain
    .toLowerCase()
    .split(/[^\p{L}\p{N}.]+/u)
    .map(singular)
    .filter(Boolean)
}

function singular(text: string): string {
  const word = text.replaceAll(/^\.+|\.+$/g, '')
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (word.length > 4 && /(?:s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2)
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1)
  return word
}
