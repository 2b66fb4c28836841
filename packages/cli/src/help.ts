import { type Command, Help, type HelpConfiguration } from 'commander'
import type { Terminal } from './terminal.ts'

/** A longer line is hard to read, however wide the terminal. */
const widest = 100

/** Headings of the top-level help, in its order. */
export const groups = {
  stack: 'Run the stack:',
  administrator: 'Let clients in, see them, send them away:',
  client: 'Be a client:',
  diagnosis: 'Find out why a client cannot connect:',
  shell: 'In your shell:',
} as const

/** What every command takes: listed in full by the top level, in one line by each command. */
const everywhere = '--json, --issuer <url>, --mcp-url <url>'

/** Help that fits a screen of 80 x 24. */
export function shortHelp(terminal: Terminal): HelpConfiguration {
  const title = (text: string) => terminal.style('bold', text)
  return {
    showGlobalOptions: true,
    helpWidth: Math.min(terminal.columns, widest),
    styleTitle: title,
    // The top level is a list of names: what each takes is told by its own help.
    subcommandTerm: (command) =>
      command.parent?.parent ? nameAndArguments(command) : command.name(),
    // Options that are told in one line need no room in the column of names.
    longestGlobalOptionTermLength: () => 0,
    longestOptionTermLength: (command, helper) =>
      command.parent ? Help.prototype.longestOptionTermLength(command, helper) : 0,
    // `help <command>` works, and says what `<command> --help` says.
    visibleCommands: (command) => command.commands.filter((sub) => !isHidden(sub)),
    formatItemList(heading, items) {
      if (items.length === 0 || heading === globalHeading) return []
      if (heading === 'Global Options:') return [`${title('Everywhere:')} ${everywhere}`, '']
      const isGroup = Object.values<string>(groups).includes(heading)
      return [title(heading), ...items, ...(isGroup ? [] : [''])]
    },
  }
}

/** Options of the top level under this heading are told by {@link everyCommand}. */
export const globalHeading = 'Options of every command:'

/** The end of the top-level help. */
export const everyCommand = `
Options: --json for programs, --issuer <url>, --mcp-url <url>, --version, --help
Example: npx neonpanel start   (neonpanel <command> --help has examples of each)`

/** Commander keeps it to itself which commands are hidden. */
function isHidden(command: Command): boolean {
  return command.name() === 'complete'
}

function nameAndArguments(command: Command): string {
  const words = command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`
    return one.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...words].join(' ')
}
