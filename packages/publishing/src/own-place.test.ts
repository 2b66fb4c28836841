import { join } from 'node:path'
import type { Plugin } from 'rolldown'
import { describe, expect, it } from 'vitest'
import { ownPlace } from './own-place.ts'
import { repository } from './publication.ts'

function transform(code: string, module = 'packages/publishing/src/x.ts') {
  const found = new Set<string>()
  const plugin = ownPlace(found) as Plugin & {
    transform(code: string, id: string): { code: string } | null
  }
  return { code: plugin.transform(code, join(repository, module))?.code, found: [...found] }
}

describe('ownPlace', () => {
  it('a module keeps the place from which it finds its files', () => {
    const { code } = transform("read(new URL('./build.ts', import.meta.url))")
    expect(code).toBe(
      'read(new URL(\'./build.ts\', new URL("./files/packages/publishing/src/x.ts", import.meta.url).href))',
    )
  })

  it('notes each file and folder that is read, from the root of the repository', () => {
    const { found } = transform(
      "new URL('../package.json', import.meta.url); new URL('../../../docs/', import.meta.url)",
    )
    expect(found).toEqual(['packages/publishing/package.json', 'docs/'])
    const broken = "new URL(\n  '../package.json',\n  import.meta.url,\n)"
    expect(transform(broken).found).toEqual(['packages/publishing/package.json'])
  })

  it('of a template, the folder in which all it can name is', () => {
    expect(transform('new URL(`../src/$' + '{name}.ts`, import.meta.url)').found).toEqual([
      'packages/publishing/src/',
    ])
  })

  it('refuses a file that is not there', () => {
    expect(() => transform("new URL('./nowhere.css', import.meta.url)")).toThrow(
      'packages/publishing/src/x.ts reads ./nowhere.css, which is not there.',
    )
  })

  it('leaves other modules as they are', () => {
    expect(transform("import 'node:fs'").code).toBeUndefined()
    expect(transform('use(import.meta.url)', 'node_modules/koa/lib/x.js').code).toBeUndefined()
  })
})
