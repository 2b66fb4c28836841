import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, describe, expect, it } from 'vitest'
import { createSessionIds, type SessionClaims } from './session-ids.ts'

const ids = createSessionIds('A'.repeat(43))

const claims = (): SessionClaims => ({
  transport: 'streamable',
  owner: 'owner-hash',
  handshake: {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'test', version: '1' },
  },
  node: '10.1.2.3:4401',
  boot: 'boot-1',
  issuedAtMs: Date.now(),
})

afterEach(resetClock)

describe('a session id', () => {
  it('says to every process with the same secret where its session is', () => {
    const minted = claims()
    expect(createSessionIds('A'.repeat(43)).open(ids.mint(minted))).toEqual(minted)
  })

  it('RS-74, RS-87: is visible ASCII, never the same, and shows nothing of the inside', () => {
    const minted = claims()
    const all = Array.from({ length: 100 }, () => ids.mint(minted))
    expect(new Set(all).size).toBe(100)
    for (const id of all) {
      expect(id).toMatch(/^[\w-]+$/)
      expect(Buffer.from(id, 'base64url').toString('latin1')).not.toContain('10.1.2.3')
    }
  })

  it('means nothing to a process with another secret', () => {
    expect(createSessionIds('B'.repeat(43)).open(ids.mint(claims()))).toBeUndefined()
  })

  it('RS-87: means nothing when a single bit was changed', () => {
    const sealed = Buffer.from(ids.mint(claims()), 'base64url')
    for (let index = 0; index < sealed.length; index += 7) {
      const altered = Buffer.from(sealed)
      altered[index]! ^= 1
      expect(ids.open(altered.toString('base64url'))).toBeUndefined()
    }
  })

  it('means nothing after a day', () => {
    const id = ids.mint(claims())
    advanceClock(24 * 60 * 60_000 + 1)
    expect(ids.open(id)).toBeUndefined()
  })

  it.each(['', 'x', crypto.randomUUID(), 'A'.repeat(10_000), '../../etc/passwd'])(
    'is not %.20j',
    (id) => {
      expect(ids.open(id)).toBeUndefined()
    },
  )
})
