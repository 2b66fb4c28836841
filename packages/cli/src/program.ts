import { Command, CommanderError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { addClientsCommand } from './commands/clients.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addConnectCommand } from './commands/connect.ts'
import { addDatabaseCommands } from './commands/database.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addIatCommand } from './commands/iat.ts'
import { addKeysCommand } from './commands/keys.ts'
import { addLoginCommand } from './commands/login.ts'
import { addLogoutCommand } from './commands/logout.ts'
import { addRegisterCommand } from './commands/register.ts'
import { addStartCommand } from './commands/start.ts'
import { addTokenCommand } from './commands/token.ts'
import { addToolsCommand } from './commands/tools.ts'
import { explain } from './failure.ts'
import { everyCommand, globalHeading, groups, shortHelp } from './help.ts'
import type { Terminal } from './terminal.ts'

export type ExitCode = 0 | 1 | 2

/** What adds a command, or some that belong together. */
type AddCommands = (program: Command, terminal: Terminal) => void

/** All commands, in the order of the help. */
const families: readonly (readonly [heading: string, commands: readonly AddCommands[]])[] = [
  [groups.stack, [addStartCommand, addDatabaseCommands, addKeysCommand]],
  [groups.administrator, [addIatCommand, addRegisterCommand, addClientsCommand]],
  [groups.client, [addLoginCommand, addLogoutCommand, addTokenCommand, addToolsCommand]],
  [groups.diagnosis, [addDoctorCommand, addConnectCommand]],
  [groups.shell, [addCompletionCommand]],
]

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
  const asJson = words.includes('--json')
  try {
    await createProgram(terminal, asJson).parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    return explain(error, asJson, terminal)
  }
}

/** All commands with what they take, not yet run. */
export function createProgram(terminal: Terminal, asJson = false): Command {
  const environment = { ...terminal.environment }
  const program = new Command('neonpanel')
    .usage('<command> [options]')
    .configureHelp(shortHelp(terminal))
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => asJson || terminal.err(text.trimEnd()),
      // Colours are a matter of the terminal, which was asked.
      getOutHasColors: () => true,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText('after', everyCommand)
    .optionsGroup(globalHeading)
    .version(manifest.version)
    .option('--json', 'answer with one JSON document, for programs')
    .option('--issuer <url>', 'the authorization server, in place of ISSUER_URL')
    .option('--mcp-url <url>', 'the MCP endpoint, in place of MCP_URL')
    .helpOption('-h, --help', 'show help')
    .hook('preAction', () => {
      const { issuer, mcpUrl } = program.opts<{ issuer?: string; mcpUrl?: string }>()
      if (issuer !== undefined) environment.ISSUER_URL = issuer
      if (mcpUrl !== undefined) environment.MCP_URL = mcpUrl
    })
  for (const [heading, commands] of families) {
    program.commandsGroup(heading)
    for (const add of commands) add(program, { ...terminal, environment })
  }
  return program
}
