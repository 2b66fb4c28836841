import { Command, CommanderError } from 'commander'
import { addDatabaseCommands } from './commands/database.ts'
import { addIatCommand } from './commands/iat.ts'
import { addRegisterCommand } from './commands/register.ts'
import { addStartCommand } from './commands/start.ts'
import { CommandFailure } from './failure.ts'
import type { Terminal } from './terminal.ts'

export type ExitCode = 0 | 1 | 2

/**
 * Runs one command line.
 *
 * @param words what follows `neonpanel`
 * @returns 0 ok, 1 failed, 2 misuse
 */
export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    await createProgram(terminal).parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    return explain(error, words, terminal)
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('neonpanel')
    .description('The NeonPanel auth stack at the command line.')
    .option('--json', 'answer in JSON, for programs')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
Commands talk to ISSUER_URL (default http://localhost:4400) with ADMIN_TOKEN (has a default on this machine).

Examples:
  $ npx neonpanel start
  $ npx neonpanel register chatgpt --iat "$(npx neonpanel iat create)"`,
    )
  addStartCommand(program, terminal)
  addIatCommand(program, terminal)
  addRegisterCommand(program, terminal)
  addDatabaseCommands(program, terminal)
  return program
}

function explain(error: unknown, words: readonly string[], terminal: Terminal): ExitCode {
  // Help and misuse were already told by commander.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof Error)) throw error
  const message = messageFor(error)
  if (message === undefined) throw error
  if (words.includes('--json')) terminal.err(JSON.stringify({ error: message }))
  else terminal.err(message)
  return error instanceof CommandFailure ? error.exitCode : 1
}

/** Failures that a person can act on; anything else is a defect. */
function messageFor(error: Error): string | undefined {
  if (error instanceof CommandFailure) return error.message
  if (error.name === 'EnvironmentError') return error.message
  if ('advice' in error && typeof error.advice === 'string') {
    return `${error.message}\n${error.advice}`
  }
  return undefined
}
