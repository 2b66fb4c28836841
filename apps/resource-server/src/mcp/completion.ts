/** What may stand for an argument. */
export interface Suggestion {
  readonly value: string
  /** By which people know it. */
  readonly words: string
}

/**
 * The values that somebody may be typing, best first: those that begin so, then those with a word that does, then those
 * that have it anywhere. Everything in its order for nothing typed.
 */
export function matches(suggestions: readonly Suggestion[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase()
  const ranks: [Set<string>, Set<string>, Set<string>] = [new Set(), new Set(), new Set()]
  for (const { value, words } of suggestions) {
    const rank = rankOf(value.toLowerCase(), words.toLowerCase(), wanted)
    if (rank !== undefined) ranks[rank].add(value)
  }
  return [...new Set(ranks.flatMap((rank) => [...rank]))]
}

function rankOf(value: string, words: string, wanted: string): 0 | 1 | 2 | undefined {
  if (value.startsWith(wanted)) return 0
  if (words.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 1
  return value.includes(wanted) || words.includes(wanted) ? 2 : undefined
}
