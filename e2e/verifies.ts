import { type TestContext, test } from 'vitest'
import type { RequirementId } from './requirements.ts'

declare module 'vitest' {
  interface TaskMeta {
    requirements?: readonly string[]
  }
}

/**
 * A test that proves requirements: `test()` with the ids of what it proves, which the report carries along.
 *
 * @param ids one id of `requirements.ts`, or several; literal, so that `requirements.test.ts` finds them
 * @param title the sentence that holds when the test passes
 */
export function verifies(
  ids: RequirementId | readonly RequirementId[],
  title: string,
  run: (context: TestContext) => Promise<void> | void,
): void {
  test(title, async (context) => {
    context.task.meta.requirements = typeof ids === 'string' ? [ids] : ids
    await run(context)
  })
}
