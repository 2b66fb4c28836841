import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { createLog } from '@neonpanel/process/log'
import { jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSigningKeys } from './signing-keys.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from './testing/tiny-authorization-server.ts'
import { createTokenWatch } from './token-watch.ts'

let server: TinyAuthorizationServer

beforeEach(async () => {
  server = await startTinyAuthorizationServer()
})

afterEach(async () => {
  resetClock()
  await server[Symbol.asyncDispose]()
})

describe('when a test moves the clock', () => {
  it('the pause between two fetches of the key set is over', async () => {
    const keys = createSigningKeys({
      jwksUrl: `${server.issuer}/oauth2/jwks`,
      cooldownMs: 86_400_000,
    })
    await keys.load()
    await server.rotate()
    advanceClock(1_000)
    await expect(jwtVerify(await server.mint(), keys.find)).resolves.toBeDefined()
    expect(server.keyFetches()).toBe(2)
  })

  it('a key set is old once it is, also when the clock was put back', async () => {
    const keys = createSigningKeys({ jwksUrl: `${server.issuer}/oauth2/jwks` })
    await keys.load()
    advanceClock(9 * 60_000)
    await keys.load()
    expect(server.keyFetches()).toBe(1)
    advanceClock(2 * 60_000)
    await keys.load()
    expect(server.keyFetches()).toBe(2)
    resetClock()
    await keys.load()
    expect(server.keyFetches()).toBe(3)
  })

  it('open answers are judged again at once, without waiting for a timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const watch = createTokenWatch()
      const end = vi.fn()
      const stillLives = vi.fn(async () => false)
      const response = new EventEmitter() as ServerResponse
      const log = createLog({ level: 'silent', format: 'json' })
      watch.endWithToken({ token: 'one', stillLives, response, log, end })
      advanceClock(3_600_000)
      await Promise.resolve()
      await vi.waitFor(() => expect(end).toHaveBeenCalledOnce())
      response.emit('close')
      expect(watch.count()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
