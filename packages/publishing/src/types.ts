import { execFile } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { type OutputChunk, type Plugin, rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { isThirdParty } from './imported.ts'
import { repository, type Workspace } from './publication.ts'

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')

/**
 * Bundles the types of a package's entries; commands have none.
 *
 * @param input name of each entry → path of its source
 * @param directory where the `.d.ts` files go
 * @param open the workspaces whose types may show; what an exported type refers to elsewhere is private and fails the build
 */
export async function bundleTypes({
  input,
  directory,
  open,
}: {
  input: Readonly<Record<string, string>>
  directory: string
  open: readonly Workspace[]
}): Promise<OutputChunk[]> {
  if (Object.keys(input).length === 0) return []
  await using scratch = await mkdtempDisposable(join(tmpdir(), 'neonpanel-types-'))
  const declarationOf = (source: string) =>
    join(scratch.path, 'types', relative(repository, source)).replace(/\.ts$/, '.d.ts')
  await emitDeclarations(scratch.path, Object.values(input), open)
  await using bundle = await rolldown({
    input: Object.fromEntries(
      Object.entries(input).map(([name, source]) => [name, declarationOf(source)]),
    ),
    platform: 'node',
    external: isThirdParty,
    plugins: [
      openWorkspaces(open, declarationOf),
      dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false, generator: 'oxc' }),
    ],
  })
  const { output } = await bundle.write({
    dir: directory,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // `AsyncDisposable`, which a project need not have asked its compiler for.
    banner: '/// <reference lib="esnext.disposable" />',
  })
  return output.filter((part) => part.type === 'chunk')
}

/** TypeScript emits nothing for what it finds through node_modules, so it finds the open workspaces by path. */
async function emitDeclarations(
  folder: string,
  files: readonly string[],
  open: readonly Workspace[],
): Promise<void> {
  const configuration = {
    extends: join(repository, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      noCheck: true,
      stripInternal: true,
      typeRoots: [join(repository, 'node_modules/@types')],
      rootDir: repository,
      outDir: join(folder, 'types'),
      paths: Object.fromEntries(open.flatMap(pathsOf)),
    },
    files,
  }
  const file = join(folder, 'tsconfig.json')
  writeFileSync(file, JSON.stringify(configuration))
  await promisify(execFile)(process.execPath, [tsc, '-p', file]).catch((error) => {
    throw new Error(`The types could not be emitted.\n${error.stdout}`)
  })
}

function pathsOf({ name, folder, exports = {} }: Workspace): [string, string[]][] {
  return Object.entries(exports).map(([subpath, source]) => [
    name + subpath.slice(1),
    [join(folder, source)],
  ])
}

/** What a declaration imports is the declaration of what its source imports. */
function openWorkspaces(
  open: readonly Workspace[],
  declarationOf: (source: string) => string,
): Plugin {
  const sources = new Map(
    open.flatMap(pathsOf).flatMap(([pattern, [source = '']]) => {
      const [head = '', tail = ''] = source.split('*')
      return globSync(source).map(
        (file) =>
          [pattern.replace('*', file.slice(head.length, file.length - tail.length)), file] as const,
      )
    }),
  )
  return {
    name: 'open-workspaces',
    resolveId(id, importer = '') {
      if (/^\.\.?\/.*\.ts$/.test(id) && !id.endsWith('.d.ts')) {
        return join(dirname(importer), id.replace(/\.ts$/, '.d.ts'))
      }
      const source = sources.get(id)
      if (source !== undefined) return declarationOf(source)
      if (id.startsWith('@neonpanel/')) {
        throw new Error(`An exported type refers to ${id}, which is private.`)
      }
      return null
    },
  }
}
