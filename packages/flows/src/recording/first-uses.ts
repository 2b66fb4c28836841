/** What a grant does for the first time. */
const uses = { connect: 1, tool_call: 2, stream: 4 } as const

export type FirstUse = keyof typeof uses

/** Grants that a process remembers; the one that was new longest ago goes first. */
const capacity = 10_000

/** Which grants have already connected, called a tool and opened a stream at this process. */
export function createFirstUses(limit = capacity) {
  const done = new Map<string, number>()
  return {
    /** Whether this is the first time; from now on it is not. */
    take(grant: string, use: FirstUse): boolean {
      const before = done.get(grant) ?? 0
      if ((before & uses[use]) !== 0) return false
      if (done.size >= limit && !done.has(grant)) done.delete(done.keys().next().value!)
      done.set(grant, before | uses[use])
      return true
    },
    /** It did not come about: the next time is the first. */
    giveBack(grant: string, use: FirstUse): void {
      done.set(grant, (done.get(grant) ?? 0) & ~uses[use])
    },
    forget(grant: string): void {
      done.delete(grant)
    },
    count: () => done.size,
  }
}
