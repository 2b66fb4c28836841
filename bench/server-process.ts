import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { inherited } from './process-under-test.ts'

const run = promisify(execFile)

/** A server in a process of its own: what it burns is not what the measuring burns. */
export interface ServerProcess extends AsyncDisposable {
  readonly issuer: string
  readonly mcpUrl: string
  /** Processor time so far, user and system, in milliseconds; undefined where there is no `/proc`. */
  cpuMs(): number | undefined
  /** Resident memory in megabytes. */
  residentMb(): Promise<number>
}

/** Starts a script and waits for its ready line. Throws when it ends without one. */
export async function startServerProcess(
  script: string,
  environment: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...inherited(), ...environment },
  })
  const { issuer, mcpUrl } = await ready(child)
  return {
    issuer,
    mcpUrl,
    cpuMs: () => cpuMs(child.pid!),
    async residentMb() {
      const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(child.pid)])
      return Number(stdout.trim()) / 1024
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function ready({ stdout }: ChildProcess): Promise<{ issuer: string; mcpUrl: string }> {
  for await (const line of createInterface({ input: stdout! })) {
    const [, issuer, mcpUrl] = /^ready issuer=(\S+)(?: mcp=(\S+))?/.exec(line) ?? []
    if (issuer) {
      stdout!.resume()
      return { issuer, mcpUrl: mcpUrl ?? `${issuer}/mcp` }
    }
  }
  throw new Error('The server did not become ready')
}

/** Linux counts in ticks of 10 ms. */
function cpuMs(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
