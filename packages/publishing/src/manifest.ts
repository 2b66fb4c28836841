import type { Manifest } from './publication.ts'

export interface Built {
  /** Third-party packages that the build imports. */
  readonly imports: ReadonlySet<string>
  /** All workspaces: what they depend on says in which versions. */
  readonly workspaces: readonly Manifest[]
  /** What the root says for all: engines, repository. */
  readonly common: Readonly<Record<string, unknown>>
}

/**
 * The package.json of what is published: the source's, with the third-party packages that the build really imports in
 * place of the private workspaces, in the versions that the workspaces ask for.
 *
 * @throws when a package is imported that no workspace names, or two name in different versions
 */
export function publishedManifest(source: Manifest, { imports, workspaces, common }: Built) {
  const { publication = {} } = source
  const declaredPeers = new Set(Object.keys(source.peerDependencies ?? {}))
  const optional = new Set(publication.optional)
  const wanted = [...imports].filter((name) => !declaredPeers.has(name)).sort()
  const versionOf = (name: string) => [name, versionIn(workspaces, name)] as const
  const peers = {
    ...source.peerDependencies,
    ...Object.fromEntries(wanted.filter((name) => optional.has(name)).map(versionOf)),
  }
  const peersMeta = {
    ...source.peerDependenciesMeta,
    ...Object.fromEntries([...optional].map((name) => [name, { optional: true }])),
  }
  const { name, version, description, license, keywords } = source
  return {
    name,
    version,
    description,
    keywords,
    license,
    ...common,
    type: 'module',
    exports: { ...exportsOf(publication.exports ?? {}), './package.json': './package.json' },
    bin: filesOf(publication.bin ?? {}),
    dependencies: Object.fromEntries(wanted.filter((name) => !optional.has(name)).map(versionOf)),
    peerDependencies: sorted(peers),
    peerDependenciesMeta: sorted(peersMeta),
  }
}

function versionIn(workspaces: readonly Manifest[], name: string): string {
  const versions = new Set(workspaces.flatMap(({ dependencies }) => dependencies?.[name] ?? []))
  const [version, ...others] = versions
  if (version === undefined) throw new Error(`${name} is imported, and no workspace depends on it.`)
  if (others.length > 0) throw new Error(`${name} is asked for as ${[...versions].join(' and ')}.`)
  return version
}

/** The name of the build's file for an entry: that of its source. */
export function entryName(source: string): string {
  return source.replace(/^.*\//, '').replace(/\.ts$/, '')
}

function exportsOf(entries: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(entries).map(([path, source]) => {
      const file = `./dist/${entryName(source)}`
      return [path, { types: `${file}.d.ts`, default: `${file}.js` }]
    }),
  )
}

function filesOf(commands: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(commands).map(([name, source]) => [name, `dist/${entryName(source)}.js`]),
  )
}

function sorted<Value>(record: Readonly<Record<string, Value>>) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
