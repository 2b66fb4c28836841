import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { causes } from '@neonpanel/flows/verdicts/catalogue'
import { describe, expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../protocol')

/** Members of the tables in `e2e/protocol/verdicts-*.test.ts`, each of which is a test. */
const provoked = new Set(
  globSync('verdicts-*.test.ts', { cwd: folder })
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .flatMap((source) => [...source.matchAll(/^ {2}(?:async )?(\w+)(?:: |\()/gm)])
    .map(([, name]) => name),
)

describe('the catalogue of verdicts', () => {
  test.each(causes.map(({ id }) => id))('has a test that provokes %s', (id) => {
    expect(provoked).toContain(id)
  })
})
