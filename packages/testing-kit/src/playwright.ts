import { test as base, type Page } from '@playwright/test'
import { type ConsentPage, consentPage } from './person/consent-page.ts'
import { demoPassword, type PersonName, people } from './person/demo-people.ts'
import type { TestStack } from './stack/test-stack.ts'
import { type StartOptions, startStack } from './testing-kit.ts'

/** What a test of `createTest` is given besides Playwright’s own. */
export interface StackFixtures {
  /** A stack as after its start: one for each worker, reset after each test. */
  readonly stack: TestStack
  /** Signs in on the page that is open, where a form asks for it; else at the stack’s account page first. */
  readonly signIn: (person?: PersonName, page?: Page) => Promise<void>
  /** The consent page in this test’s browser. */
  readonly consent: ConsentPage
}

/**
 * Playwright’s `test` with a stack, somebody to sign in, and the consent page:
 *
 * ```ts
 * const test = createTest()
 * test('…', async ({ stack, page, signIn, consent }) => { … })
 * ```
 */
export function createTest(options: StartOptions = {}) {
  return base.extend<StackFixtures, { workerStack: TestStack }>({
    workerStack: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
      async ({}, use) => {
        await using stack = await startStack(options)
        await use(stack)
      },
      { scope: 'worker' },
    ],
    stack: async ({ workerStack }, use) => {
      await use(workerStack)
      await workerStack.reset()
    },
    signIn: ({ stack, page: own }, use) =>
      use(async (person = 'owner', page = own) => {
        const email = page.getByLabel('Email')
        if ((await email.count()) === 0) await page.goto(`${stack.issuer}/account`)
        await email.fill(people[person])
        await page.getByLabel('Password').fill(demoPassword)
        await page.getByRole('button', { name: 'Sign in' }).click()
      }),
    consent: ({ page }, use) => use(consentPage(page)),
  })
}

/** Playwright’s `test` with a stack as it starts by default. */
export const test = createTest()
