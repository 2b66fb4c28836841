import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../harness/process.ts'
import { animals } from './animals.ts'
import { describeZoo } from './describe-zoo.ts'

test('docs/zoo.md lists the animals as they are', async () => {
  await expect(describeZoo(animals)).toMatchFileSnapshot(join(repository, 'docs', 'zoo.md'))
})
