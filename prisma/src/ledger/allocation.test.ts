import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocate, proportion } from './allocation.ts'

const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const weights = fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), {
  minLength: 1,
  maxLength: 40,
})

describe('proportion', () => {
  test('is the exact quotient rounded down, beyond the range of exact products', () => {
    fc.assert(
      fc.property(
        amount,
        fc.integer({ min: 1, max: 1_000_000_000 }),
        fc.nat(),
        (total, whole, n) => {
          const part = n % (whole + 1)
          const exact = (BigInt(total) * BigInt(part)) / BigInt(whole)
          expect(BigInt(proportion(total, part, whole))).toBe(exact)
        },
      ),
    )
  })
})

describe('allocate', () => {
  test('loses and invents nothing', () => {
    fc.assert(
      fc.property(amount, weights, (total, shares) => {
        const parts = allocate(total, shares)
        expect(parts).toHaveLength(shares.length)
        expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(total))
      }),
    )
  })

  test('keeps each part within one minor unit of its exact share, never negative', () => {
    fc.assert(
      fc.property(amount, weights, (total, shares) => {
        const whole = shares.reduce((sum, share) => sum + share, 0)
        fc.pre(whole > 0)
        for (const [index, part] of allocate(total, shares).entries()) {
          const share = proportion(total, shares[index]!, whole)
          expect(part).toBeGreaterThanOrEqual(share)
          expect(part).toBeLessThanOrEqual(share + 1)
        }
      }),
    )
  })

  test('gives the unit left over to the largest remainder, and to the earlier part of equals', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(allocate(10, [1, 5, 3])).toEqual([1, 6, 3])
    expect(allocate(1, [10, 11])).toEqual([0, 1])
  })

  test('gives nothing to a part without weight while another has some', () => {
    expect(allocate(7, [0, 3, 0])).toEqual([0, 7, 0])
  })

  test('splits equally where no part has weight', () => {
    expect(allocate(5, [0, 0])).toEqual([3, 2])
  })
})
