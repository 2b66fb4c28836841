import { getHeapStatistics } from 'node:v8'
import { expect, it } from 'vitest'
import { releaseStartupMemory } from './startup-memory.ts'

it('leaves the heap without what nobody refers to any more', async () => {
  let needed: { index: number }[] | undefined = Array.from({ length: 500_000 }, (_, index) => ({
    index,
  }))
  expect(needed).toHaveLength(500_000)
  const before = getHeapStatistics()
  needed = undefined
  await releaseStartupMemory()
  const after = getHeapStatistics()
  expect(after.used_heap_size).toBeLessThan(before.used_heap_size)
  expect(after.total_physical_size).toBeLessThan(before.total_physical_size)
})
