import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createLog } from '@neonpanel/process/log'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTokenWatch } from './token-watch.ts'

const log = createLog({ level: 'silent', format: 'json' })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function openAnswer(token: string, stillLives: () => Promise<boolean>) {
  const response = new EventEmitter() as ServerResponse
  const end = vi.fn()
  return { token, stillLives, response, log, end }
}

describe('the watch over tokens', () => {
  it('asks once a second per token, however many answers it has open', async () => {
    const watch = createTokenWatch()
    const stillLives = vi.fn(async () => true)
    const answers = Array.from({ length: 100 }, () => openAnswer('one', stillLives))
    for (const answer of answers) watch.endWithToken(answer)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(stillLives).toHaveBeenCalledTimes(3)
    for (const { end } of answers) expect(end).not.toHaveBeenCalled()
  })

  it('ends every answer of a token that died, and none of another', async () => {
    const watch = createTokenWatch()
    const dead = [1, 2].map(() => openAnswer('dead', async () => false))
    const alive = openAnswer('alive', async () => true)
    for (const answer of [...dead, alive]) watch.endWithToken(answer)
    await vi.advanceTimersByTimeAsync(1_000)
    for (const { end } of dead) expect(end).toHaveBeenCalledOnce()
    expect(alive.end).not.toHaveBeenCalled()
  })

  it('leaves answers open while nothing can be said', async () => {
    const watch = createTokenWatch()
    const answer = openAnswer('one', () => Promise.reject(new Error('away')))
    watch.endWithToken(answer)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(answer.end).not.toHaveBeenCalled()
  })

  it('rests when nothing is open, and begins again', async () => {
    const watch = createTokenWatch()
    const stillLives = vi.fn(async () => true)
    const first = openAnswer('one', stillLives)
    watch.endWithToken(first)
    first.response.emit('close')
    expect(watch.count()).toBe(0)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(vi.getTimerCount()).toBe(0)
    expect(stillLives).not.toHaveBeenCalled()
    watch.endWithToken(openAnswer('one', stillLives))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(stillLives).toHaveBeenCalledOnce()
  })
})
