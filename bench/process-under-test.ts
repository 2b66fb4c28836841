import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Contender } from './contenders.ts'

const run = promisify(execFile)

/** How long nothing may happen before the run is a failure. */
const patienceMs = 60_000
/** A process that became ready still frees what only starting needed. */
const settleMs = 1_000

export interface Start {
  /** From spawning the process to its ready line. */
  readyMs: number
  /** From spawning the process to its first answer. */
  firstAnswerMs: number
  /** Resident memory a second later, in megabytes. */
  residentMb: number
}

/**
 * Starts a contender, measures it, and stops it with SIGTERM. Throws when it does not become ready.
 *
 * @param directory where it keeps its data and its temporary files; the machine's own when there is none
 */
export async function measureStart(
  contender: Contender,
  directory: string | undefined,
): Promise<Start> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [contender.script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited(),
      // Node keeps compiled code among the temporary files: a first start has none.
      ...(directory !== undefined && { DATA_DIR: join(directory, 'data'), TMPDIR: directory }),
      ...contender.environment,
    },
  })
  const ended = once(child, 'exit')
  const stderr: string[] = []
  child.stderr.on('data', (chunk) => stderr.push(String(chunk)))
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  try {
    const issuer = await readIssuer(child.stdout)
    const readyMs = performance.now() - startedAt
    if (issuer === undefined) {
      throw new Error(`${contender.name} did not become ready:\n${stderr.join('')}`)
    }
    const answer = await fetch(`${issuer}${contender.discovery}`)
    if (!answer.ok) throw new Error(`${contender.name} answered ${answer.status}`)
    await answer.arrayBuffer()
    const firstAnswerMs = performance.now() - startedAt
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    return { readyMs, firstAnswerMs, residentMb: await residentMegabytes(child.pid!) }
  } finally {
    clearTimeout(patience)
    child.kill('SIGTERM')
    await ended
  }
}

async function readIssuer(output: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: output })) {
    const issuer = /^ready issuer=(\S+)/.exec(line)?.[1]
    if (issuer !== undefined) return issuer
  }
  return undefined
}

async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout.trim()) / 1024
}

/** What a process needs of this machine, without settings of ours that happen to be set. */
export function inherited(): Record<string, string> {
  // biome-ignore lint/style/noProcessEnv: spawned processes need the path and the temporary directory
  const { PATH = '', HOME = '', TMPDIR = '', TEMP = '', SystemRoot = '' } = process.env
  return { PATH, HOME, TMPDIR, TEMP, SystemRoot }
}
