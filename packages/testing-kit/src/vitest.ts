import { test as base } from 'vitest'
import type { TestStack } from './stack/test-stack.ts'
import { type StartOptions, startStack } from './testing-kit.ts'

/** What a test of `createTest` is given. */
export interface StackFixtures {
  /** A stack as after its start. */
  readonly stack: TestStack
}

export interface TestOptions extends StartOptions {
  /**
   * `worker` (default): the tests of a worker take turns on one stack, which is reset after each. `test`: every test starts
   * its own, which concurrent tests of one file need.
   */
  readonly stackPer?: 'worker' | 'test'
}

/**
 * Vitest’s `test` with a `stack`:
 *
 * ```ts
 * const test = createTest({ registration: 'open' })
 * test('…', async ({ stack }) => { … })
 * ```
 */
export function createTest({ stackPer = 'worker', ...options }: TestOptions = {}) {
  return base.extend<StackFixtures & { sharedStack: TestStack | undefined }>({
    sharedStack: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture needs
      async ({}, use) => {
        if (stackPer === 'test') return use(undefined)
        await using stack = await startStack(options)
        await use(stack)
      },
      { scope: 'worker' },
    ],
    stack: async ({ sharedStack }, use) => {
      if (sharedStack) {
        await use(sharedStack)
        await sharedStack.reset()
      } else {
        await using stack = await startStack(options)
        await use(stack)
      }
    },
  })
}

/** Vitest’s `test` with a `stack` as it starts by default: one for each worker, reset after each test. */
export const test = createTest()
