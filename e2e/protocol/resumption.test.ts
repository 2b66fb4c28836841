import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { describe, expect } from 'vitest'
import { openEventStream } from '../harness/event-stream.ts'
import { openSession, rpc, sessionVersions } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const owner = await tokensFor(stack)
const analyst = await tokensFor(stack, { person: 'analyst' })

type Session = Awaited<ReturnType<typeof openSession>>

const begin = (version = '2025-11-25') => openSession(stack.mcpUrl, owner.access_token, version)

/** Calls in a session and keeps what came on the stream of the answer. */
async function eventsOf({ request }: Session, id: string): Promise<EventSourceMessage[]> {
  const events: EventSourceMessage[] = []
  createParser({ onEvent: (event) => events.push(event) }).feed(
    (await request(rpc('ping', {}, id))).text,
  )
  return events
}

/** Comes back to a session behind an event, as somebody whose connection broke. */
const resume = ({ headers }: Session, lastEventId: string, token = owner.access_token) =>
  openEventStream(stack.mcpUrl, { ...headers, ...bearer(token), 'last-event-id': lastEventId })

describe('a connection that broke within a session', () => {
  verifies(
    ['RS-80', 'RS-44-G1'],
    'is resumed behind the last event: the answer that was missed',
    async () => {
      const session = await begin()
      const [first] = await eventsOf(session, 'missed')
      const [second] = await eventsOf(session, 'another')
      for (const [event, id] of [
        [first, 'missed'],
        [second, 'another'],
      ] as const) {
        const stream = await resume(session, event?.id ?? '')
        expect(stream.status).toBe(200)
        expect(JSON.parse((await stream.next()).data)).toMatchObject({ id, result: {} })
        // Nothing of another stream follows: this one has ended.
        await stream.ended()
        await expect(stream.next()).rejects.toThrow('ended')
      }
    },
  )

  for (const version of sessionVersions) {
    verifies('RS-80', `${version}: no two events have one id`, async () => {
      const session = await begin(version)
      const events = (await Promise.all(['a', 'b', 'c'].map((id) => eventsOf(session, id)))).flat()
      const ids = events.map(({ id }) => id)
      expect(ids.length).toBeGreaterThanOrEqual(3)
      expect(ids).not.toContain(undefined)
      expect(new Set(ids).size).toBe(ids.length)
    })
  }

  verifies(
    ['RS-80', 'RS-46'],
    'is resumed in its own session and by its own person only',
    async () => {
      const session = await begin()
      const [event] = await eventsOf(session, 'secret')
      const lastEventId = event?.id ?? ''
      expect((await resume(session, lastEventId, analyst.access_token)).status).toBe(404)
      const other = await begin()
      const stream = await resume(other, lastEventId)
      expect(stream.status).toBe(200)
      await other.request(undefined, {}, 'DELETE')
      await stream.ended()
      await expect(stream.next()).rejects.toThrow('ended')
    },
  )
})
