import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type OutputChunk, rolldown } from 'rolldown'
import { importedPackages, isThirdParty } from './imported.ts'
import { entryName, publishedManifest } from './manifest.ts'
import { filesFolder, ownPlace } from './own-place.ts'
import { embedded, listWorkspaces, readManifest, repository } from './publication.ts'
import { bundleTypes } from './types.ts'

/** What the published packages have in common. `repository` is what npm compares with the workflow that publishes. */
function common() {
  const { repository: place } = readManifest(repository)
  return { engines: { node: '>=24' }, ...(place !== undefined && { repository: place }) }
}

/**
 * Builds what a workspace publishes, a whole package, into its folder `build/`: bundled JavaScript and types in which
 * no private workspace is left, the files that they read when they run, and a package.json. Third-party packages stay
 * outside and become ordinary dependencies.
 *
 * @param workspace its folder
 * @returns the folder of the package
 */
export async function buildPackage(workspace: string): Promise<string> {
  const source = readManifest(workspace)
  const { publication } = source
  if (publication === undefined) throw new Error(`${source.name} says nothing about publication.`)
  const { exports = {}, bin = {}, types = [], files = {}, lookedUp = [] } = publication
  const target = join(workspace, 'build')
  const directory = join(target, 'dist')
  rmSync(target, { recursive: true, force: true })
  const workspaces = listWorkspaces()
  const read = new Set<string>()
  const inputOf = (sources: readonly string[]) =>
    Object.fromEntries(sources.map((path) => [entryName(path), resolve(workspace, path)]))
  const [code, declarations] = await Promise.all([
    bundleCode(inputOf([...Object.values(exports), ...Object.values(bin)]), directory, read),
    bundleTypes({
      input: inputOf(Object.values(exports)),
      directory,
      open: workspaces.filter(({ name }) => name === source.name || types.includes(name)),
    }),
  ])
  for (const path of read) copy(path, join(directory, filesFolder, path))
  for (const name of embedded)
    copy(`node_modules/${name}/LICENSE`, join(target, `licenses/${name}`))
  for (const [path, name] of Object.entries(files)) copy(path, join(target, name))
  const imports = new Set([...importedPackages([...code, ...declarations]), ...lookedUp])
  const manifest = publishedManifest(source, { imports, workspaces, common: common() })
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return target
}

async function bundleCode(
  input: Record<string, string>,
  directory: string,
  read: Set<string>,
): Promise<OutputChunk[]> {
  await using bundle = await rolldown({
    input,
    platform: 'node',
    external: isThirdParty,
    plugins: [ownPlace(read)],
    onLog(level, log) {
      // A build that leaves something unresolved would fail at whoever installs it.
      if (level === 'warn') throw new Error(log.message)
    },
  })
  const { output } = await bundle.write({
    dir: directory,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  return output.filter((part) => part.type === 'chunk')
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(join(repository, from), to, {
    recursive: true,
    filter: (file) => !file.endsWith('.test.ts'),
  })
}
