/** Counts what runs or is open at a time, per owner (see `ownerOf`). */
export function createConcurrencyLimit(limit: number) {
  const counts = new Map<string, number>()
  return {
    limit,
    /** @returns undefined when the owner has too many; else call it once when this one has ended */
    begin(owner: string): (() => void) | undefined {
      const before = counts.get(owner) ?? 0
      if (before >= limit) return undefined
      counts.set(owner, before + 1)
      return () => {
        const now = counts.get(owner)! - 1
        if (now > 0) counts.set(owner, now)
        else counts.delete(owner)
      }
    },
  }
}
