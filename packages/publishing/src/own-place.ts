import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Plugin } from 'rolldown'
import { repository } from './publication.ts'

/** Where a build keeps the files that its modules read, laid out as in the repository. */
export const filesFolder = 'files'

const readsBesideItself = /new URL\(\s*(['"`])([^'"`]+)\1,\s*import\.meta\.url,?\s*\)/g

/**
 * Modules find their files relative to themselves, and a bundle moves modules. In a bundle `import.meta.url` therefore
 * means the place that the module would have below `files/`, and each file or folder that a module names in
 * `new URL('…', import.meta.url)` is noted in `found`, to be copied there. All chunks must lie in one folder.
 *
 * @param found receives paths from the root of the repository
 */
export function ownPlace(found: Set<string>): Plugin {
  return {
    name: 'own-place',
    transform(code, id) {
      const [module = ''] = id.split('?')
      if (!isOwn(module) || !code.includes('import.meta.url')) return null
      for (const file of filesOf(code, module)) found.add(file)
      const place = `./${filesFolder}/${fromRepository(module)}`
      const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`
      return { code: code.replaceAll('import.meta.url', url) }
    },
  }
}

/** A module of this repository, not of a package that is installed. */
export function isOwn(module: string): boolean {
  return module.startsWith(repository) && !module.includes(`${sep}node_modules${sep}`)
}

/** The files and folders that a module names; of a template the folder that precedes its first expression. */
function filesOf(code: string, module: string): string[] {
  return Array.from(code.matchAll(readsBesideItself), ([, , literal = '']) => {
    const [fixed = '', ...expressions] = literal.split('${')
    const named = expressions.length === 0 ? fixed : fixed.slice(0, fixed.lastIndexOf('/') + 1)
    const path = join(dirname(module), named)
    if (!existsSync(path))
      throw new Error(`${fromRepository(module)} reads ${named}, which is not there.`)
    return fromRepository(path) + (statSync(path).isDirectory() ? '/' : '')
  })
}

const fromRepository = (path: string) =>
  relative(repository, path).split(sep).join('/').replace(/\/$/, '')
