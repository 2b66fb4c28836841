import { describe, expect } from 'vitest'
import type { TestStack } from './stack/test-stack.ts'
import { createTest, test } from './vitest.ts'

const alone = createTest({ stackPer: 'test', registration: 'open' })

const seen: TestStack[] = []

describe('the tests of a worker', () => {
  test('share one stack', async ({ stack }) => {
    seen.push(stack)
    await stack.tokens()
    expect(await stack.grants()).toHaveLength(1)
  })

  test('find it as after its start', async ({ stack }) => {
    expect(seen).toEqual([stack])
    expect(await stack.grants()).toEqual([])
  })
})

describe.concurrent('tests with a stack each', () => {
  const issuers = new Set<string>()

  for (const turn of ['first', 'second', 'third']) {
    alone(`do not disturb each other: ${turn}`, async ({ stack }) => {
      expect(issuers).not.toContain(stack.issuer)
      issuers.add(stack.issuer)
      await stack.tokens()
      expect(await stack.grants()).toHaveLength(1)
    })
  }
})
