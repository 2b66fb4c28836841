import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** A test that says which requirements it proves. */
export interface Citation {
  readonly ids: readonly string[]
  /** What the test is about: the title of its `describe`; empty without one. */
  readonly subject: string
  /** What holds when the test passes; parts that a table of cases fills in are `…`. */
  readonly title: string
  /** Path of the source, relative to the repository, with slashes. */
  readonly file: string
}

type Found = Omit<Citation, 'file'>

const repository = join(import.meta.dirname, '..')
const quoted = String.raw`'(?:[^'\\]|\\.)*'|\`(?:[^\`\\]|\\.)*\``
const list = String.raw`(\[[^\]]*\]|'[^']*')`
const verified = new RegExp(String.raw`\bverifies\(\s*${list}\s*,\s*(${quoted})`, 'g')
const annotated = new RegExp(String.raw`(${quoted}),\s*verifies\(\s*${list}\s*\)`, 'g')
const described = new RegExp(String.raw`\bdescribe(?:\.each\([^)]*\))?\(\s*(${quoted})`, 'g')
const row = String.raw`(?:AS|RS)-\d+(?:-\w+)?`
const prefixed = new RegExp(String.raw`'(${row}(?:, ${row})*): ((?:[^'\\]|\\.)*)'`, 'g')

/** Citations in a protocol or client test: `verifies('id', 'title', run)` or `verifies(['id', 'id'], 'title', run)`. */
export function citedByProtocolTest(source: string): Found[] {
  return [...source.matchAll(verified)].map(({ index, 1: ids = '', 2: title = '' }) => ({
    ids: quotedIds(ids),
    ...titlesAt(source, index, title),
  }))
}

/** Citations in a browser test: `test('title', verifies('id'), run)`. */
export function citedByBrowserTest(source: string): Found[] {
  return [...source.matchAll(annotated)].map(({ index, 1: title = '', 2: ids = '' }) => ({
    ids: quotedIds(ids),
    ...titlesAt(source, index, title),
  }))
}

/** Citations in a unit test: a title that begins with row ids, as in `'AS-147: no name leads to this machine'`. */
export function citedByUnitTest(source: string): Found[] {
  return [...source.matchAll(prefixed)].map(({ index, 1: ids = '', 2: title = '' }) => ({
    ids: ids.split(', '),
    ...titlesAt(source, index, `'${title}'`),
  }))
}

function quotedIds(list: string): string[] {
  return [...list.matchAll(/'([^']+)'/g)].map(([, id = '']) => id)
}

function titlesAt(source: string, index: number, title: string) {
  const above = [...source.slice(0, index).matchAll(described)].at(-1)?.[1]
  return { subject: above ? plainTitle(above) : '', title: plainTitle(title) }
}

/** A string literal as people read it. */
function plainTitle(literal: string): string {
  return literal
    .slice(1, -1)
    .replaceAll(/\$\{[^}]*\}|%[sj]/g, '…')
    .replaceAll(/\\(.)/g, '$1')
}

const sources = [
  { folder: 'e2e/protocol', ending: '.test.ts', read: citedByProtocolTest },
  { folder: 'e2e/clients', ending: '.test.ts', read: citedByProtocolTest },
  { folder: 'e2e/cli', ending: '.test.ts', read: citedByProtocolTest },
  { folder: 'e2e/conformance', ending: '.test.ts', read: citedByProtocolTest },
  { folder: 'e2e/attacks', ending: '.test.ts', read: citedByProtocolTest },
  { folder: 'e2e/postgresql', ending: '.test.ts', read: citedByProtocolTest },
  { folder: 'e2e/browser', ending: '.spec.ts', read: citedByBrowserTest },
  { folder: 'apps/authorization-server/src', ending: '.test.ts', read: citedByUnitTest },
  { folder: 'apps/resource-server/src', ending: '.test.ts', read: citedByUnitTest },
  { folder: 'packages/process/src', ending: '.test.ts', read: citedByUnitTest },
] as const

/** Every citation in the repository, in the order of paths and lines. */
export function allCitations(): Citation[] {
  return sources.flatMap(({ folder, ending, read }) =>
    filesBelow(folder, ending).flatMap((path) => {
      const file = relative(repository, path).split(sep).join('/')
      return read(readFileSync(path, 'utf8')).map((citation) => ({ ...citation, file }))
    }),
  )
}

function filesBelow(folder: string, ending: string): string[] {
  const root = join(repository, folder)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => join(root, file))
}
