import { afterAll, describe, expect, it } from 'vitest'
import { animals } from './animals.ts'
import { firstError, lookAt } from './look-at.ts'
import { startZooStack } from './zoo-stack.ts'

/** Issue 6: under 5 s per server on loopback. */
const withinMs = 5_000

const zoo = await startZooStack()
const looked: { id: string; isNamed: boolean; durationMs: number }[] = []

afterAll(async () => {
  await zoo[Symbol.asyncDispose]()
  const named = looked.filter(({ isNamed }) => isNamed).length
  const [slowest] = looked.toSorted((one, other) => other.durationMs - one.durationMs)
  const seconds = ((slowest?.durationMs ?? 0) / 1000).toFixed(1)
  console.log(
    `zoo: ${named} of ${looked.length} defects named as the first error; slowest ${seconds} s (${slowest?.id})`,
  )
})

describe('the doctor names first what is wrong', () => {
  it.each(animals.map((animal) => [animal.id, animal] as const))('%s', async (id, animal) => {
    const report = await lookAt(animal, zoo)
    const { durationMs } = report
    const first = firstError(report)
    looked.push({ id, isNamed: first === animal.named, durationMs })
    expect(first).toBe(animal.named)
    expect(durationMs).toBeLessThanOrEqual(withinMs)
  })

  it('and each animal is another one', () => {
    const ids = animals.map(({ id }) => id)
    expect(ids).toHaveLength(new Set(ids).size)
    expect(ids.length).toBeGreaterThanOrEqual(48)
  })
})
