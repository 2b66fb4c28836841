import { afterEach, expect, it, vi } from 'vitest'
import { now } from './clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it('follows a shifted Date.now()', () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2031-02-03T04:05:06Z'))
  expect(now().toISOString()).toBe('2031-02-03T04:05:06.000Z')
})
