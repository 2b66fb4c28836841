import { describe, expect, it } from 'vitest'
import { createEventMemory, type SessionEvents } from './event-memory.ts'

const boot = 'abcdefgh-0000'
const message = (text: string) => ({ jsonrpc: '2.0' as const, method: 'note', params: { text } })

async function replay(events: SessionEvents, lastEventId: string) {
  const sent: unknown[] = []
  const send = async (_id: string, { params }: { params?: { text?: string } }) => {
    sent.push(params?.text)
  }
  await events.replayEventsAfter(lastEventId, { send: send as never })
  return sent
}

describe('the events of sessions', () => {
  it('RS-80: follow one another in their stream, without those of another', async () => {
    const events = createEventMemory(boot).forSession('session')
    // How the SDK opens a stream.
    const opening = await events.storeEvent('one', {} as never)
    const first = await events.storeEvent('one', message('1'))
    await events.storeEvent('two', message('other'))
    await events.storeEvent('one', message('2'))
    expect(await replay(events, opening)).toEqual(['1', '2'])
    expect(await replay(events, first)).toEqual(['2'])
    expect(await events.getStreamIdForEventId?.(first)).toBe('one')
  })

  it('RS-80: mean nothing in another session, and nothing at another process', async () => {
    const memory = createEventMemory(boot)
    const id = await memory.forSession('mine').storeEvent('one', message('1'))
    expect(memory.forSession('mine').knows(id)).toBe(true)
    expect(memory.forSession('theirs').knows(id)).toBe(false)
    expect(await memory.forSession('theirs').getStreamIdForEventId?.(id)).toBeUndefined()
    const next = createEventMemory('another-boot').forSession('mine')
    expect(await next.storeEvent('one', message('1'))).not.toBe(id)
  })

  it('RS-39: are bounded by their number and their size; the oldest go first', async () => {
    const few = createEventMemory(boot, { events: 3, characters: 1_000_000 })
    const ids = []
    for (let count = 0; count < 100; count += 1) {
      ids.push(await few.forSession(`session-${count}`).storeEvent('one', message('x')))
    }
    expect(few.count()).toBe(3)
    expect(few.forSession('session-0').knows(ids[0]!)).toBe(false)
    expect(few.forSession('session-99').knows(ids[99]!)).toBe(true)
    const small = createEventMemory(boot, { events: 1_000, characters: 1_000 })
    for (let count = 0; count < 10; count += 1) {
      await small.forSession('session').storeEvent('one', message('x'.repeat(400)))
    }
    expect(small.count()).toBe(2)
  })
})
