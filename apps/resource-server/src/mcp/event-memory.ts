import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

interface KeptEvent {
  readonly sessionId: string
  readonly streamId: string
  readonly message: JSONRPCMessage
  readonly characters: number
}

export interface EventMemory {
  /** The events of one session: another session’s ids mean nothing in it. */
  forSession(sessionId: string): SessionEvents
  /** How many events are kept. */
  count(): number
}

export interface SessionEvents extends EventStore {
  /** Whether a stream can be resumed behind this event. */
  knows(eventId: string): boolean
}

const limits = { events: 5_000, characters: 16 * 1024 * 1024 }

/**
 * Keeps the latest events of 2025 sessions, so that a client whose connection breaks gets the answer that it missed
 * (MCP 2025-11-25, transports, resumability). All sessions share one bounded memory of this process: the oldest events go
 * first. A process that takes a session over knows none of them, and opens a new stream instead.
 *
 * @param boot tells the events of this process from those of one that held the session before
 */
export function createEventMemory(boot: string, { events, characters } = limits): EventMemory {
  const kept = new Map<string, KeptEvent>()
  let keptCharacters = 0
  let lastNumber = 0

  function keep(event: KeptEvent): string {
    lastNumber += 1
    const eventId = `${boot.slice(0, 8)}-${lastNumber}`
    kept.set(eventId, event)
    keptCharacters += event.characters
    for (const [oldest, { characters: size }] of kept) {
      if (kept.size <= events && keptCharacters <= characters) break
      kept.delete(oldest)
      keptCharacters -= size
    }
    return eventId
  }

  return {
    count: () => kept.size,
    forSession(sessionId) {
      const find = (eventId: string) => {
        const event = kept.get(eventId)
        return event?.sessionId === sessionId ? event : undefined
      }
      return {
        knows: (eventId) => find(eventId) !== undefined,
        async storeEvent(streamId, message) {
          const { length } = JSON.stringify(message)
          return keep({ sessionId, streamId, message, characters: length })
        },
        getStreamIdForEventId: async (eventId) => find(eventId)?.streamId,
        async replayEventsAfter(lastEventId, { send }) {
          const { streamId } = find(lastEventId)!
          let isMissed = false
          for (const [eventId, event] of [...kept]) {
            const isOfStream = event.sessionId === sessionId && event.streamId === streamId
            // The first event of a stream only gives it an id.
            if (isMissed && isOfStream && 'jsonrpc' in event.message)
              await send(eventId, event.message)
            if (eventId === lastEventId) isMissed = true
          }
          return streamId
        },
      }
    },
  }
}
