import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verdictsDocument } from './document.ts'

const page = join(import.meta.dirname, '../../../../docs/verdicts.md')

test('docs/verdicts.md is what the catalogue says (vitest --update writes it)', async () => {
  await expect(verdictsDocument()).toMatchFileSnapshot(page)
})
