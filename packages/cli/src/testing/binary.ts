import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The program that `npx neonpanel` runs. */
export const binary = fileURLToPath(new URL('../neonpanel.ts', import.meta.url))

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null
  /** Standard output, without the last line end. */
  readonly out: string
  /** Standard error, without the last line end. */
  readonly err: string
}

interface Circumstances {
  /** The program's file; by default its source, and for example one that was packed and installed. */
  readonly program?: string
  /** Besides PATH, everything that the program finds in its environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly workingDirectory?: string
  /** Standard input; without it there is none. */
  readonly input?: string
}

/** A program that runs until it is stopped, or has nothing more to do. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess
  /** What it wrote so far. */
  readonly output: { out: string; err: string }
  /** Waits for the first match on either stream; throws when the program ends without one, or 30 s have passed. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>
  readonly finished: Promise<Finished>
}

/** Runs one command line through the real program, to its end. */
export async function runBinary(
  words: readonly string[],
  circumstances: Circumstances = {},
): Promise<Finished> {
  await using program = startBinary(words, circumstances)
  return await program.finished
}

/** Starts the real program; disposing of it kills it if it still runs. */
export function startBinary(
  words: readonly string[],
  { program = binary, environment, workingDirectory, input }: Circumstances = {},
): Running {
  const child = spawn(process.execPath, [program, ...words], {
    // biome-ignore lint/style/noProcessEnv: the program looks for others, such as a browser
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', ...environment },
    cwd: workingDirectory,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(input)
  return watch(child)
}

function watch(child: ChildProcess): Running {
  const output = { out: '', err: '' }
  const changes = new EventTarget()
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'err'],
  ] as const) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk
      changes.dispatchEvent(new Event('change'))
    })
  }
  const finished = once(child, 'close').then(([code]) => {
    changes.dispatchEvent(new Event('change'))
    return { code: code as number | null, out: output.out.trimEnd(), err: output.err.trimEnd() }
  })
  return {
    child,
    output,
    finished,
    async until(pattern) {
      const signal = AbortSignal.timeout(30_000)
      for (;;) {
        const match = pattern.exec(output.out) ?? pattern.exec(output.err)
        if (match) return match
        const ended = child.exitCode !== null || child.signalCode !== null
        if (ended || signal.aborted) throw new Error(`No ${pattern}.\n${output.out}\n${output.err}`)
        await once(changes, 'change', { signal }).catch(() => {})
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await finished
    },
  }
}
