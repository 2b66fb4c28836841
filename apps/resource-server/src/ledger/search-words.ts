/** Words that say nothing about what is looked for. */
const stopWords = new Set(
  'a an and are at by for from in is it me my of on or our show that the to what which with'.split(
    ' ',
  ),
)

/** More words than these do not make a query clearer. */
const maximumWords = 16

/** A day or a month is one word, so that `2026-10` finds what happened in it and is not half of `2025-10`. */
const dayOrWord = /\d{4}-\d{2}(?:-\d{2})?(?![\p{L}\p{N}-])|[\p{L}\p{N}]+/gu

/** The words of a text as they are indexed and looked for: lower case, without accents, plural and punctuation. */
export function wordsOf(text: string): string[] {
  return (plain(text).match(dayOrWord) ?? []).map(singular)
}

/** The words of a query that matter, each once; all of its words when none does, none when it has none. */
export function wordsOfQuery(query: string): string[] {
  const all = wordsOf(query)
  const meaningful = all.filter((word) => !stopWords.has(word))
  return [...new Set(meaningful.length > 0 ? meaningful : all)].slice(0, maximumWords)
}

/** A code or an id as it is compared: its letters and digits. */
export function codeOf(text: string): string {
  return plain(text).replaceAll(/[^\p{L}\p{N}]/gu, '')
}

function plain(text: string): string {
  // Most texts are ASCII, and decomposing them is what costs.
  const base = /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFKD').replaceAll(/\p{M}/gu, '')
  return base.toLowerCase()
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (word.length > 4 && /(?:s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2)
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1)
  return word
}
