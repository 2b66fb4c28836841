import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { causes } from '@neonpanel/flows/verdicts/catalogue'
import { expect } from 'vitest'
import { verifies } from '../verifies.ts'

const folder = import.meta.dirname

/** Members of the tables in `e2e/protocol/verdicts-*.test.ts`, each of which is a test. */
const provoked = new Set(
  globSync('verdicts-*.test.ts', { cwd: folder })
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .flatMap((source) => [...source.matchAll(/^ {2}(?:async )?(\w+)(?:: |\()/gm)])
    .map(([, name]) => name),
)

verifies('verdict-provoked', 'every cause has a test that provokes it and reads it back', () => {
  const without = causes.map(({ id }) => id).filter((id) => !provoked.has(id))
  expect(without).toEqual([])
})
