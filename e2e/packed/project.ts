import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { systemChromium } from '../browser/chromium.ts'
import { repository } from '../harness/process.ts'

const execute = promisify(execFile)

/** Somebody else's project, outside of the repository, which has a packed package and nothing else of ours. */
export interface Project extends AsyncDisposable {
  readonly folder: string
  /** Runs a program of the project; throws with all that it printed when it fails. */
  run(
    program: string,
    parameters: readonly string[],
    options?: { at?: string; variables?: Record<string, string> },
  ): Promise<string>
  /**
   * Starts both servers with a command of the project, by default the kit's; the variables by which the examples find
   * them.
   */
  startServers(...command: readonly string[]): Promise<Servers>
  install(...packages: readonly string[]): Promise<void>
  write(file: string, content: string): Promise<void>
  /** Copies an example as a reader of the documentation would; the path of its folder in the project. */
  copyExample(name: string): Promise<string>
}

export interface Servers extends AsyncDisposable {
  readonly variables: Readonly<Record<string, string>>
  readonly issuer: string
  readonly mcpUrl: string
}

/** Builds and packs a workspace of `packages/`, as `npm run package` does; the path of the tarball. */
export async function packWorkspace(name: string, destination: string): Promise<string> {
  const workspace = join(repository, 'packages', name)
  const { stdout } = await execute(
    'npm',
    ['run', '--silent', 'package', '--', '--silent', '--pack-destination', destination],
    { cwd: workspace, env: environment(), shell: process.platform === 'win32' },
  )
  return join(destination, stdout.trim().split('\n').at(-1) ?? '')
}

export async function emptyProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'neonpanel-project-'))
  const manifest = { version: '0.0.0', private: true, type: 'module', overrides: lockedVersions() }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const run: Project['run'] = async (program, parameters, { at = folder, variables } = {}) => {
    try {
      const { stdout } = await execute(program, parameters, {
        cwd: at,
        env: { ...environment(), ...variables },
        shell: process.platform === 'win32',
        maxBuffer: 16 * 1024 * 1024,
      })
      return stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      throw new Error(`${program} ${parameters.join(' ')} failed.\n${stdout}\n${stderr}`, {
        cause: error,
      })
    }
  }
  return {
    folder,
    run,
    startServers: (...command) => startServers(folder, command.length > 0 ? command : [kitCommand]),
    async install(...packages) {
      await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages])
    },
    write: (file, content) => writeFile(join(folder, file), content),
    async copyExample(name) {
      const to = join(folder, 'examples', name)
      await cp(join(repository, 'docs/testing/examples', name), to, { recursive: true })
      return to
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}

const kitCommand = 'node_modules/@neonpanel/testing-kit/dist/start.js'

async function startServers(folder: string, command: readonly string[]): Promise<Servers> {
  const child = spawn(process.execPath, command, {
    cwd: folder,
    env: {
      ...environment(),
      AUTH_PORT: '0',
      MCP_PORT: '0',
      DATA_DIR: 'memory',
      REVOCATION_CHECK_SECONDS: '0',
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  for await (const line of createInterface(child.stdout)) {
    const [, issuer = '', mcpUrl = ''] = /^ready issuer=(\S+) mcp=(\S+)$/.exec(line) ?? []
    if (!issuer) continue
    return {
      issuer,
      mcpUrl,
      variables: { NEONPANEL_ISSUER: issuer, NEONPANEL_MCP_URL: mcpUrl },
      async [Symbol.asyncDispose]() {
        child.kill()
        await ended
      },
    }
  }
  throw new Error('The servers ended before they were ready.')
}

/**
 * Versions that the repository's own lock file has, where it has one of a package: the project then installs what `npm ci`
 * has put into the cache, and what is tested does not change from one day to the next.
 */
export function lockedVersions(): Record<string, string> {
  const { packages } = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; link?: boolean }>
  }
  const versions = new Map<string, Set<string>>()
  for (const [path, { version, link }] of Object.entries(packages)) {
    const [, name] = /.*node_modules\/(.+)$/.exec(path) ?? []
    if (!name || !version || link) continue
    versions.set(name, (versions.get(name) ?? new Set()).add(version))
  }
  return Object.fromEntries(
    [...versions].flatMap(([name, [first = '', ...others]]) =>
      others.length === 0 ? [[name, first]] : [],
    ),
  )
}

/** The machine's, with this Node.js in front, this machine's Chromium, and a package manager that says nothing of itself. */
function environment(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: programs of the project inherit the machine's environment
  const { PATH, ...inherited } = process.env
  // What tells a program that it runs in this workspace, or in a test; where its registry is may stay.
  const ours =
    /^(npm_(package|lifecycle)_|npm_config_(local_prefix|prefix|workspace)|VITEST|TEST_)/i
  const own = Object.entries(inherited).filter(([name]) => !ours.test(name))
  return {
    ...Object.fromEntries(own),
    PATH: [dirname(process.execPath), PATH].join(delimiter),
    NO_COLOR: '1',
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
    PYTHONDONTWRITEBYTECODE: '1',
    ...(systemChromium().executablePath && { CHROMIUM_PATH: systemChromium().executablePath }),
  }
}
