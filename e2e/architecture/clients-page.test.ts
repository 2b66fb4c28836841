import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../harness/process.ts'

const page = readFileSync(join(repository, 'docs', 'clients.md'), 'utf8')
const { dependencies, devDependencies } = JSON.parse(
  readFileSync(join(repository, 'e2e', 'package.json'), 'utf8'),
)

test('docs/clients.md names the versions that are tested', () => {
  const rows = [...page.matchAll(/^\| `([^`]+)`[^|]*\| ([\d.]+) \|/gm)]
  expect(rows.length).toBeGreaterThanOrEqual(7)
  const told = rows.map(([, name = '', version]) => [name, version])
  const pinned = rows.map(([, name = '']) => [name, { ...dependencies, ...devDependencies }[name]])
  expect(told).toEqual(pinned)
})

test('docs/clients.md runs the versions that it names', () => {
  for (const [, name = '', version] of page.matchAll(/npx (\S+)@([\d.]+) /g)) {
    expect([name, version]).toEqual([name, devDependencies[name]])
  }
})
