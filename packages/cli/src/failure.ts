import { CommanderError } from 'commander'
import { ZodError, z } from 'zod'
import type { Terminal } from './terminal.ts'

/** The command was understood and did not succeed; the message is for the person at the keyboard. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  /** 1 = failed, 2 = misuse. */
  readonly exitCode: 1 | 2

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    const { exitCode = 1, cause } = options
    super(message, { cause })
    this.exitCode = exitCode
  }
}

/**
 * Tells on standard error why a command ended: in words, or with `--json` as `{ "error": "…" }`.
 *
 * @returns the exit code: 1 failed, 2 misuse
 * @throws the error itself where it is a defect, so that its origin shows
 */
export function explain(error: unknown, asJson: boolean, terminal: Terminal): 1 | 2 {
  const message = messageFor(error)
  if (message === undefined) throw error
  if (asJson) terminal.err(JSON.stringify({ error: message }))
  // Commander has told misuse in words already.
  else if (!(error instanceof CommanderError)) terminal.err(terminal.styleErr('red', message))
  if (error instanceof CommanderError) return 2
  return error instanceof CommandFailure ? error.exitCode : 1
}

/** Failures that a person can act on; anything else is a defect. */
function messageFor(error: unknown): string | undefined {
  if (error instanceof CommanderError) return misuse(error)
  if (error instanceof CommandFailure) return error.message
  if (error instanceof ZodError) {
    return `The server answered something that this version does not know: ${z.prettifyError(error)}`
  }
  if (!(error instanceof Error)) return undefined
  if (error.name === 'EnvironmentError') return error.message
  if ('advice' in error && typeof error.advice === 'string') {
    return `${error.message}\n${error.advice}`
  }
  return undefined
}

function misuse({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'Name a command: neonpanel --help lists them.'
  return message.replace(/^error: /, '').replace(/\n/g, ' ')
}
