import { join } from 'node:path'
import { personas } from '@neonpanel/personas/catalogue'
import { describePersonas } from '@neonpanel/personas/describe-personas'
import { expect, test } from 'vitest'
import { repository } from '../harness/process.ts'

test('docs/personas.md says what the data says', async () => {
  const page = join(repository, 'docs', 'personas.md')
  await expect(describePersonas(personas)).toMatchFileSnapshot(page)
})
