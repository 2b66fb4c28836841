/** Work that a person's client may have running in this process at a time; more is an accident or an attack. */
const limitPerOwner = 128

/** Counts running calls per owner (MCP server/tools, security considerations: rate-limit tool invocations). */
export function createCallLimit(limit = limitPerOwner) {
  const running = new Map<string, number>()
  return {
    limit,
    /** @returns undefined when the owner has too many running; else call it when the work has ended */
    begin(owner: string): (() => void) | undefined {
      const before = running.get(owner) ?? 0
      if (before >= limit) return undefined
      running.set(owner, before + 1)
      return () => {
        const now = running.get(owner)! - 1
        if (now > 0) running.set(owner, now)
        else running.delete(owner)
      }
    },
  }
}

export type CallLimit = ReturnType<typeof createCallLimit>
