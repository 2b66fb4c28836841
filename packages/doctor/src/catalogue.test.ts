import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findings } from './catalogue.ts'

const folder = new URL('catalogue/', import.meta.url)

test('no two areas define the same id', () => {
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
  const ids = sources.flatMap((source) =>
    [...source.matchAll(/^ {2}([a-z_\d]+): \{$/gm)].map(([, id]) => id),
  )
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  expect(Object.keys(findings).toSorted()).toEqual(ids.toSorted())
})
