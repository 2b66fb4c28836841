/**
 * Short messages to every process on the same database: what one changed, the others want to know. Delivery is at most
 * once and to whoever listens at that moment: an announcement says that there is something to read, never what it is.
 */
export interface Announcements {
  /** @param message a few words, such as ids; under 8,000 bytes, which is what PostgreSQL's NOTIFY carries */
  announce(channel: string, message: string): Promise<void>
  /**
   * Calls `listener` for every announcement on the channel, this process's own included.
   *
   * @returns how to stop listening
   */
  listen(channel: string, listener: (message: string) => void): () => void
}

/** Announcements that stay in this process: all that an embedded database needs. */
export function createLocalAnnouncements(): Announcements {
  const listeners = new Map<string, Set<(message: string) => void>>()
  return {
    async announce(channel, message) {
      for (const listener of listeners.get(channel) ?? []) listener(message)
    },
    listen(channel, listener) {
      const own = listeners.get(channel) ?? new Set()
      listeners.set(channel, own.add(listener))
      return () => {
        own.delete(listener)
        if (own.size === 0) listeners.delete(channel)
      }
    },
  }
}
