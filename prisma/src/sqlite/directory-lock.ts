import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The data directory is in use; the message says by whom, `advice` what to do. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError'
  readonly advice: string

  constructor(message: string, advice: string) {
    super(message)
    this.advice = advice
  }
}

interface Holder {
  pid: number
  /** When that process started, epoch milliseconds: in a container every process may have the same id. */
  startedAt: number
}

/** Two measurements of one process's start differ by less. */
const startToleranceMs = 2_000
/** How long a lock without readable content may be one that is just being written. */
const writingPatienceMs = 500

/**
 * Takes the data directory for this process, creating it when missing; answers the release. SQLite itself would let two
 * processes share the file, and each would serve what the other has changed behind its caches.
 * Throws `DirectoryInUseError`. A lock whose process is gone is taken over.
 */
export function lockDirectory(directory: string): () => void {
  // It keeps sessions and encrypted keys: for nobody else on this machine.
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'lock')
  const mine = JSON.stringify({ pid: process.pid, startedAt: thisProcessStartedAt() })
  while (!createExclusively(file, mine)) {
    const found = readSettled(file)
    if (found === undefined) continue
    const holder = parseHolder(found)
    if (holder !== undefined && isRunning(holder)) {
      throw new DirectoryInUseError(
        `The data directory ${directory} is in use by process ${holder.pid}.`,
        `Stop that process or choose another DATA_DIR. (If it is something else, delete ${file}.)`,
      )
    }
    removeIfStill(file, found)
  }
  return () => rmSync(file, { force: true })
}

function createExclusively(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** The content of a lock, waiting for one that is being written at this moment; undefined when it is gone. */
function readSettled(file: string): string | undefined {
  const patience = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; ; waitedMs += 10) {
    const content = readIfThere(file)
    if (content === undefined || parseHolder(content) !== undefined) return content
    if (waitedMs >= writingPatienceMs) return content
    Atomics.wait(patience, 0, 0, 10)
  }
}

/** Of several processes that found the same stale lock, one removes it; a lock taken meanwhile is put back. */
function removeIfStill(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const removed = readFileSync(aside, 'utf8')
  if (removed !== stale) createExclusively(file, removed)
  rmSync(aside, { force: true })
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(content)
    return Number.isInteger(pid) && Number.isInteger(startedAt) ? { pid, startedAt } : undefined
  } catch {
    return undefined
  }
}

function isRunning({ pid, startedAt }: Holder): boolean {
  if (pid === process.pid) {
    return Math.abs(startedAt - thisProcessStartedAt()) < startToleranceMs
  }
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return errorCode(error) === 'EPERM'
  }
}

/** By a clock that no test control shifts. */
function thisProcessStartedAt(): number {
  return Math.round(performance.timeOrigin + performance.now() - process.uptime() * 1000)
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
