import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, describe, expect, it } from 'vitest'
import { createSeenProofs } from './seen-proofs.ts'

afterEach(resetClock)

const proof = (jti: string, thumbprint = 'key') => ({ thumbprint, jti })

describe('proofs that were seen', () => {
  it('are known, by key and jti', () => {
    const seen = createSeenProofs({ keptSeconds: 60 })
    expect(seen.add(proof('one'))).toBe(true)
    expect(seen.add(proof('one'))).toBe(false)
    expect(seen.add(proof('two'))).toBe(true)
    expect(seen.add(proof('one', 'other'))).toBe(true)
  })

  it('are not mixed up where key and jti run together', () => {
    const seen = createSeenProofs({ keptSeconds: 60 })
    expect(seen.add(proof('b c', 'a'))).toBe(true)
    expect(seen.add(proof('c', 'ab'))).toBe(true)
  })

  it('are forgotten when they are no good any more, and not before', () => {
    const seen = createSeenProofs({ keptSeconds: 60 })
    seen.add(proof('one'))
    advanceClock(59_000)
    expect(seen.add(proof('one'))).toBe(false)
    advanceClock(1_001)
    expect(seen.add(proof('one'))).toBe(true)
  })

  it('are so many at most, and the oldest goes first', () => {
    const seen = createSeenProofs({ keptSeconds: 60, capacity: 2 })
    for (const jti of ['one', 'two', 'three']) seen.add(proof(jti))
    expect(seen.add(proof('three'))).toBe(false)
    expect(seen.add(proof('one'))).toBe(true)
  })
})
