import type { Stack } from '@neonpanel/stack'
import type { PlaywrightTestArgs } from '@playwright/test'
import type { RequirementId } from '../requirements.ts'
import type { Callback } from './callback.ts'
import { test } from './stack-test.ts'

type Fixtures = Pick<PlaywrightTestArgs, 'page' | 'context'> & {
  readonly stack: Stack
  readonly callback: Callback
}

/**
 * A browser test that proves requirements; `requirements.test.ts` reads the ids.
 *
 * @param ids one id of `requirements.ts`, or several; literal
 * @param title the sentence that holds when the test passes
 */
export function verifies(
  ids: RequirementId | readonly RequirementId[],
  title: string,
  run: (fixtures: Fixtures) => Promise<void>,
): void {
  const annotation = [ids].flat().map((id) => ({ type: 'requirement', description: String(id) }))
  test(title, { annotation }, ({ page, context, stack, callback }) =>
    run({ page, context, stack, callback }),
  )
}
