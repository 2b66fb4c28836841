/**
 * Short messages to every process on the same database: what one changed, the others want to know. Delivery is at most
 * once and to whoever listens at that moment: an announcement says that there is something to read, never what it is.
 */
export interface Announcements {
  /**
   * Tells every process; this one's listeners have been called when it returns.
   *
   * @param message a few words, such as ids; throws when it is too long for PostgreSQL's NOTIFY
   */
  announce(channel: string, message: string): Promise<void>
  /**
   * Calls `listener` once for every announcement on the channel, this process's own included.
   *
   * @returns how to stop listening
   */
  listen(channel: string, listener: (message: string) => void): () => void
}

/** What NOTIFY carries is less than 8,000 bytes; the channel and the sender travel in it too. */
const longestBytes = 7_900

/** Throws for an announcement that could not be told to another process, also where there is none. */
export function assertShort(channel: string, message: string): void {
  const bytes = Buffer.byteLength(channel) + Buffer.byteLength(message)
  if (bytes <= longestBytes) return
  throw new Error(
    `An announcement on ${channel} has ${bytes} bytes with its channel; at most ${longestBytes} travel. ` +
      'Announce ids, not what they stand for, and many of them in several announcements.',
  )
}

/** Announcements that stay in this process: all that an embedded database needs. */
export function createLocalAnnouncements(): Announcements {
  const listeners = new Map<string, Set<(message: string) => void>>()
  return {
    async announce(channel, message) {
      assertShort(channel, message)
      for (const listener of listeners.get(channel) ?? []) tell(listener, message)
    },
    listen(channel, listener) {
      const own = listeners.get(channel) ?? new Set()
      listeners.set(channel, own.add(listener))
      return () => {
        own.delete(listener)
        if (own.size === 0 && listeners.get(channel) === own) listeners.delete(channel)
      }
    },
  }
}

/** A listener that fails is no failure of whoever announced, nor of the other listeners. */
function tell(listener: (message: string) => void, message: string) {
  try {
    listener(message)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
