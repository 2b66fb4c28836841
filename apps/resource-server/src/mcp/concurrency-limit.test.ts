import { describe, expect, it } from 'vitest'
import { createConcurrencyLimit } from './concurrency-limit.ts'

describe('running calls', () => {
  it('RS-40: are limited per owner, and make room when they end', () => {
    const { begin } = createConcurrencyLimit(2)
    const first = begin('owner')!
    const second = begin('owner')!
    expect(begin('owner')).toBeUndefined()
    expect(begin('other')).toBeDefined()
    first()
    const third = begin('owner')!
    expect(third).toBeDefined()
    expect(begin('owner')).toBeUndefined()
    second()
    third()
    expect(begin('owner')).toBeDefined()
  })
})
