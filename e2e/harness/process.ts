import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const repository = join(import.meta.dirname, '..', '..')

export interface FinishedProcess {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ServerProcess {
  readonly output: { stdout: string; stderr: string }
  readonly child: ChildProcess
  /** Waits for the first match in what the process writes; throws when it ends or is late. */
  until(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<FinishedProcess & { readonly tookMs: number }>
  finished(): Promise<FinishedProcess>
}

/** Scripts of package.json that are one Node.js file each. */
export type Script = 'start' | 'start:auth' | 'start:mcp' | 'migrate'

/** The file behind an npm script, so that it can be run without npm between. */
function fileOf(script: Script): string {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const [, file] = /^(?:exec )?node (\S+\.ts)$/.exec(scripts[script]) ?? []
  if (!file) throw new Error(`npm run ${script} is not one Node.js file: ${scripts[script]}`)
  return join(repository, file)
}

/**
 * Runs an npm script's file with an environment that holds nothing else; killed at the end of the test, or whenever
 * `atEnd` says, if it still runs.
 */
export function runScript(
  script: Script,
  environment: Record<string, string>,
  workingDirectory = repository,
  atEnd: (work: () => Promise<void>) => void = onTestFinished,
): ServerProcess {
  return supervise(
    spawn(process.execPath, [fileOf(script)], { cwd: workingDirectory, env: environment }),
    atEnd,
  )
}

/** The file behind a program that a package brings, so that it can be run without a shell between. */
export function fileOfProgram(packageName: string, program = packageName): string {
  const root = join(repository, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return join(root, bin[program])
}

/** Runs a program that a package brings, with an environment that holds nothing else but where programs are found. */
export function runProgram(
  file: string,
  parameters: readonly string[],
  environment: Record<string, string>,
): ServerProcess {
  // biome-ignore lint/style/noProcessEnv: programs look for others
  const env = { PATH: process.env.PATH ?? '', ...environment }
  return supervise(spawn(process.execPath, [file, ...parameters], { env }))
}

/** Runs npm itself, in the repository. */
export function runNpm(parameters: readonly string[], environment: Record<string, string>) {
  const windows = process.platform === 'win32'
  // biome-ignore lint/style/noProcessEnv: npm needs the machine's PATH and home
  const env = { ...process.env, ...environment }
  const detached = !windows
  return supervise(spawn('npm', parameters, { cwd: repository, env, shell: windows, detached }))
}

/** npm has children; a detached one is killed with them, as the group that they are. */
function killAll(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

function supervise(
  child: ChildProcess,
  atEnd: (work: () => Promise<void>) => void = onTestFinished,
): ServerProcess {
  const output = { stdout: '', stderr: '' }
  let wake = () => {}
  const note = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
    output[stream] += chunk.toString()
    wake()
  }
  child.stdout?.on('data', note('stdout'))
  child.stderr?.on('data', note('stderr'))
  const closed = once(child, 'close').then(([code]) => {
    wake()
    return code as number | null
  })
  atEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) killAll(child)
    await closed
  })

  const finished = async () => ({ code: await closed, ...output })
  const until = async (pattern: RegExp, withinMs = 45_000) => {
    const deadline = AbortSignal.timeout(withinMs)
    for (;;) {
      const match = pattern.exec(output.stdout)
      if (match) return match
      if (child.exitCode !== null) throw new Error(`Ended with ${child.exitCode}\n${output.stderr}`)
      await new Promise<void>((resolve, reject) => {
        wake = resolve
        const late = () =>
          reject(new Error(`No ${pattern} in time\n${output.stdout}\n${output.stderr}`))
        deadline.addEventListener('abort', late, { once: true })
      })
    }
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    const began = performance.now()
    child.kill(signal)
    return { ...(await finished()), tookMs: performance.now() - began }
  }
  return { output, child, until, stop, finished }
}
