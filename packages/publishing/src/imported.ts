import type { OutputChunk } from 'rolldown'
import { embedded } from './publication.ts'

/** `@scope/name` of `@scope/name/path`. */
export function packageOf(id: string): string {
  return id.split('/', id.startsWith('@') ? 2 : 1).join('/')
}

/** What the bundler itself brings along, for what it writes anew. */
const helpers = '@oxc-project/runtime'

/** A module that stays outside of the build: no file, no workspace, none of what is embedded. */
export function isThirdParty(id: string): boolean {
  if (/^[./\0]/.test(id) || /^[a-z]:[\\/]/i.test(id)) return false
  const name = packageOf(id)
  return (
    !name.startsWith('@neonpanel/') && ![...embedded, helpers].some((inside) => inside === name)
  )
}

/** The installed packages that a build imports. */
export function importedPackages(chunks: readonly OutputChunk[]): Set<string> {
  const own = new Set(chunks.map(({ fileName }) => fileName))
  const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
  return new Set(
    imported
      .filter((id) => !own.has(id) && !id.startsWith('node:') && isThirdParty(id))
      .map(packageOf),
  )
}
