import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  advanceClock,
  clockOffset,
  clockSetting,
  freezeClock,
  isClockShifted,
  resetClock,
} from './clock.ts'
import { type ClockStore, followClock } from './shared-clock.ts'

afterEach(resetClock)

/** A store that another process may write, too. */
function memoryStore(told?: string) {
  const listeners = new Set<() => void>()
  const store: ClockStore = {
    read: async () => told,
    async write(value) {
      told = value
      for (const listener of listeners) listener()
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return { ...store, told: () => told }
}

const fail = (error: unknown) => {
  throw error
}

describe('a clock that processes share', () => {
  it('is followed by who starts later, and is the machine’s again when that ends', async () => {
    const clock = await followClock(memoryStore('{"offsetMs":3600000}'), fail)
    expect(clockOffset()).toBe(3_600_000)
    clock.close()
    expect(isClockShifted()).toBe(false)
  })

  it('is followed when another process moves, freezes and resets it', async () => {
    const store = memoryStore()
    const clock = await followClock(store, fail)
    await store.write('{"offsetMs":-5000}')
    await vi.waitFor(() => expect(clockOffset()).toBe(-5_000))
    await store.write('{"frozenAtMs":1}')
    await vi.waitFor(() => expect(Date.now()).toBe(1))
    await store.write(undefined)
    await vi.waitFor(() => expect(isClockShifted()).toBe(false))
    clock.close()
    await store.write('{"offsetMs":7000}')
    expect(isClockShifted()).toBe(false)
  })

  it('is told to the others', async () => {
    const store = memoryStore()
    const clock = await followClock(store, fail)
    advanceClock(60_000)
    await clock.publish()
    expect(store.told()).toBe('{"offsetMs":60000}')
    freezeClock()
    await clock.publish()
    expect(JSON.parse(store.told()!)).toEqual(clockSetting())
    resetClock()
    await clock.publish()
    expect(store.told()).toBeUndefined()
    clock.close()
  })

  it('leaves a clock alone that was shifted by other means', async () => {
    advanceClock(60_000)
    const store = memoryStore()
    const clock = await followClock(store, fail)
    clock.close()
    expect(clockOffset()).toBe(60_000)
  })

  it('says when the store cannot be read', async () => {
    const store = memoryStore()
    const report = vi.fn()
    const clock = await followClock(store, report)
    await store.write('no JSON')
    await vi.waitFor(() => expect(report).toHaveBeenCalledOnce())
    expect(isClockShifted()).toBe(false)
    clock.close()
  })
})
