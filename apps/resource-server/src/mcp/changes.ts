import type { ServerEvent } from '@modelcontextprotocol/server'
import type { AccessToken } from '../access-token.ts'

/** Something happened that clients may have asked to be told of. */
export interface Change {
  /**
   * What it is for a client: which of the resources that it watches were updated, which lists changed. Nothing that
   * whoever holds the token may not know.
   *
   * @param uris as the client wrote them
   */
  eventsFor(accessToken: AccessToken, uris: readonly string[]): readonly ServerEvent[]
}

/** The changes that this process knows of, for whatever connection it holds. */
export interface Changes {
  publish(change: Change): void
  /** @returns how to stop */
  subscribe(listener: (change: Change) => void): () => void
}

export function createChanges(): Changes {
  const listeners = new Set<(change: Change) => void>()
  return {
    publish(change) {
      for (const listener of listeners) listener(change)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
