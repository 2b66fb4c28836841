import { describe, expect, test, vi } from 'vitest'
import { createAllowance } from './allowance.ts'
import { createFirstUses } from './first-uses.ts'

describe('what a process remembers', () => {
  test('of grants: what each did, and no more of them than it may', () => {
    const firsts = createFirstUses(2)
    expect(firsts.take('a', 'connect')).toBe(true)
    expect(firsts.take('a', 'connect')).toBe(false)
    expect(firsts.take('a', 'tool_call')).toBe(true)
    expect(firsts.take('a', 'stream')).toBe(true)
    firsts.giveBack('a', 'tool_call')
    expect(firsts.take('a', 'tool_call')).toBe(true)
    firsts.forget('a')
    expect(firsts.take('a', 'connect')).toBe(true)
    for (const grant of ['b', 'c', 'd']) firsts.take(grant, 'connect')
    expect(firsts.count()).toBe(2)
    expect(firsts.take('d', 'connect')).toBe(false)
    expect(firsts.take('a', 'connect')).toBe(true)
  })

  test('of addresses: how much each was recorded within a minute', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const onExceeded = vi.fn()
    const mayRecord = createAllowance(onExceeded, 2, 4)
    expect([1, 2, 3].map(() => mayRecord('a'))).toEqual([true, true, false])
    expect(['b', 'c', 'd'].map(mayRecord)).toEqual([true, true, false])
    expect(onExceeded).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(60_000)
    expect(mayRecord('a')).toBe(true)
    vi.useRealTimers()
  })
})
