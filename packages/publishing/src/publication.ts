import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository; what is published carries its layout for the files that it reads when it runs. */
export const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** What a package.json says, as far as publishing reads it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license?: string
  readonly repository?: string | { readonly type: string; readonly url: string }
  readonly keywords?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly exports?: Readonly<Record<string, string>>
  readonly publication?: Publication
}

export interface Workspace extends Manifest {
  readonly folder: string
}

/** The member `publication` of a workspace's package.json: what of it is for other people's projects. Paths are the workspace's. */
export interface Publication {
  /** The source of each export, for example `{ ".": "./src/testing-kit.ts" }`. */
  readonly exports?: Readonly<Record<string, string>>
  /** The source of each command. */
  readonly bin?: Readonly<Record<string, string>>
  /** Names of the workspaces whose types may show in its own. */
  readonly types?: readonly string[]
  /** Third-party packages that are looked up when the program runs, where no import shows them. */
  readonly lookedUp?: readonly string[]
  /** Third-party packages that only some need: peers that npm does not install by itself. */
  readonly optional?: readonly string[]
  /** What lies beside the build, such as the README: source from the root of the repository → name in the package. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * Packages whose files are taken into the build although they are other people's: of the 72 MB of Prisma's client,
 * which has a query compiler for each of five databases twice over, 5 MB are used. Their licence goes along.
 */
export const embedded = ['@prisma/client', '@prisma/client-runtime-utils'] as const

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Every workspace that something published may take in. */
export function listWorkspaces(): Workspace[] {
  return globSync(['{apps,packages}/*/package.json', 'prisma/package.json'], {
    cwd: repository,
  }).map((file) => {
    const folder = dirname(join(repository, file))
    return { ...readManifest(folder), folder }
  })
}
