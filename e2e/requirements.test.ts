import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { provenInBrowser, requirements } from './requirements.ts'

const citation = /\bverifies\(\s*(\[[^\]]*\]|'[^']*')/g

/** The ids that a test source cites, as `verifies('id', …)` or `verifies(['id', 'id'], …)`. */
function citedIn(source: string): string[] {
  const lists = [...source.matchAll(citation)].map(([, list = '']) => list)
  return lists.flatMap((list) => [...list.matchAll(/'([^']+)'/g)].map(([, id = '']) => id))
}

/** What the test sources below `e2e` cite, in one folder or in all. */
function citedUnder(folder = ''): string[] {
  const here = import.meta.dirname
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  const tests = files.filter(
    (file) => file.startsWith(folder) && /[\\/].*\.(test|spec)\.ts$/.test(file),
  )
  return tests.flatMap((file) => citedIn(readFileSync(join(here, file), 'utf8')))
}

describe('requirements', () => {
  const known = Object.keys(requirements)

  test('every cited id is known', () => {
    expect([...new Set(citedUnder())].filter((id) => !known.includes(id))).toEqual([])
  })

  test('every id is cited by a test', () => {
    const cited = new Set(citedUnder())
    const elsewhere = new Set<string>(provenInBrowser)
    expect(known.filter((id) => !cited.has(id) && !elsewhere.has(id))).toEqual([])
  })

  test('what only a browser proves is cited by the browser tests', () => {
    const cited = new Set(citedUnder('browser'))
    expect(provenInBrowser.filter((id) => !cited.has(id))).toEqual([])
  })

  test('a misspelt citation is seen as one', () => {
    expect(citedIn("verifies('contract-0', 'x', run)")).toEqual(['contract-0'])
    expect(citedIn("verifies(\n  ['AS-1',\n 'AS-2'], 'x', run)")).toEqual(['AS-1', 'AS-2'])
  })
})
