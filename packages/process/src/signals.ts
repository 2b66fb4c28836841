import { EnvironmentError } from './environment.ts'
import { releaseStartupMemory } from './startup-memory.ts'

/** Something that was started and can be stopped in an orderly way. */
export interface Running {
  stop(): Promise<void>
}

/** Orchestrators send SIGKILL after 10 s. */
const stopWithinMs = 9_500

const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** Resolves with the first SIGINT or SIGTERM. Repeats are ignored: npm sends Ctrl-C's signal a second time. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of stopSignals) process.on(signal, resolve)
  })
}

/**
 * The life of a server process: start, run until SIGINT or SIGTERM, stop, exit 0. What an operator can put right (an
 * unusable environment, a port that is taken) is said in plain words, without a stack trace, with exit code 1.
 */
export async function runProcess(start: () => Promise<Running>): Promise<never> {
  const signalled = untilSignal()
  try {
    const running = await start()
    await releaseStartupMemory()
    await signalled
    await within(stopWithinMs, running.stop())
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  }
  process.exit(0)
}

/** Errors with `advice` are meant for the operator; anything else is a defect and keeps its stack. */
export function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message
  if (!(error instanceof Error)) return String(error)
  if ('advice' in error && typeof error.advice === 'string') {
    return `${error.message}\n${error.advice}`
  }
  return error.stack ?? error.message
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`Not stopped after ${limitMs} ms`)), limitMs)
  await Promise.race([work, late])
  clearTimeout(timer)
}
