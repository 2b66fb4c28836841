import type { TestDetails } from '@playwright/test'
import type { RequirementId } from '../requirements.ts'

/**
 * The details of a browser test that proves requirements: `test(title, verifies('id'), run)`. `requirements.test.ts`
 * reads the ids, and Playwright's report carries them along.
 *
 * @param ids one id of `requirements.ts`, or several; literal
 */
export function verifies(ids: RequirementId | readonly RequirementId[]): TestDetails {
  return {
    annotation: [ids].flat().map((id) => ({ type: 'requirement', description: String(id) })),
  }
}
