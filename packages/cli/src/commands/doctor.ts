import type { Report } from '@neonpanel/doctor/examine'
import { type Level, levels } from '@neonpanel/doctor/finding'
import type { Session } from '@neonpanel/doctor/servers'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { printReport, type ReportFiles, writeReportFiles } from '../doctor/outputs.ts'
import { type SessionWish, sessionFor } from '../doctor/session.ts'
import { CommandFailure } from '../failure.ts'
import type { Progress, Terminal } from '../terminal.ts'

interface DoctorOptions extends SessionWish, ReportFiles {
  readonly timeout: number
  readonly verbose?: boolean
  readonly json?: boolean
  readonly failOn: 'error' | 'warning' | 'never'
}

/** `doctor <mcp-url>`: why a client cannot connect to an MCP server, and what to mend first. */
export function addDoctorCommand(program: Command, terminal: Terminal): void {
  const command = program.command('doctor')
  command
    .configureHelp({ ...command.configureHelp(), optionDescription: (one) => one.description })
    .description('examine any MCP server: what is wrong, whom it breaks, the fix')
    .argument('<mcp-url>')
    .option('--token <token>', 'look behind the sign-in with it; - reads it from input')
    .option('--login', 'look behind the sign-in: sign in now; nothing is kept')
    .option('--client-id <id>', 'sign in as this client; default: register')
    .option('--scope <scope...>', 'ask for these; default: what the server names')
    .option('--device', 'sign in by a code that is entered on any device')
    .option('--no-browser', 'only show the address to sign in at')
    .option('--timeout <seconds>', 'how long an answer may take; default 10', seconds, 10)
    .option('--verbose', 'all requests with all headers and bodies')
    .option('--html <file>', 'write the report as a page')
    .option('--junit <file>', 'write it as JUnit XML')
    .option('--sarif <file>', 'write it as SARIF 2.1.0')
    .addOption(
      new Option('--fail-on <level>', 'exit with 1 at error (default), warning or never')
        .choices(['error', 'warning', 'never'])
        .default('error'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ neonpanel doctor https://mcp.example.com/mcp --html report.html
  $ neonpanel doctor http://localhost:4401/mcp --login --fail-on warning`,
    )
    .action(async (word: string, _: unknown, command: Command) => {
      await examineAndTell(addressFrom(word), command.optsWithGlobals<DoctorOptions>(), terminal)
    })
}

async function examineAndTell(
  mcpUrl: string,
  options: DoctorOptions,
  terminal: Terminal,
): Promise<void> {
  const session = await sessionFor(mcpUrl, options, terminal)
  const failing = levelsFrom(options.failOn)
  const { report, signInFailure } = await examineNow(mcpUrl, options, session, terminal)
  await printReport(report, options, terminal)
  await writeReportFiles(report, options, failing)
  if (signInFailure) throw signInFailure
  const first = report.findings.find(({ level }) => failing.has(level))
  if (first) throw new CommandFailure(`${mcpUrl} is not sound: ${first.title} (${first.id}).`)
}

async function examineNow(
  mcpUrl: string,
  { timeout }: DoctorOptions,
  session: (() => Promise<Session>) | undefined,
  terminal: Terminal,
): Promise<{ report: Report; signInFailure: CommandFailure | undefined }> {
  const [{ examine }, { areas }] = await Promise.all([
    import('@neonpanel/doctor/examine'),
    import('@neonpanel/doctor/finding'),
  ])
  let progress: Progress | undefined = terminal.progress('Examining …')
  let signInFailure: CommandFailure | undefined
  const signIn = session && {
    signIn: async () => {
      // The sign-in has its own.
      progress?.done()
      progress = undefined
      try {
        return await session()
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error
        signInFailure = error
        return undefined
      }
    },
  }
  const begins = (area: keyof typeof areas) => {
    progress ??= terminal.progress('Examining …')
    progress.update(`${areas[area]} …`)
  }
  const watch = { begins }
  try {
    const report = await examine(mcpUrl, { timeoutMs: timeout * 1000, watch, ...signIn })
    return { report, signInFailure }
  } finally {
    progress?.done()
  }
}

/** The level and all above it. */
function levelsFrom(failOn: DoctorOptions['failOn']): ReadonlySet<Level> {
  if (failOn === 'never') return new Set()
  return new Set(levels.slice(0, levels.indexOf(failOn) + 1))
}

function addressFrom(word: string): string {
  if (/^https?:$/.test(URL.parse(word)?.protocol ?? '')) return word
  const isHere = /^(?:localhost|127\.|\[::1\])/.test(word)
  const guess = `${isHere ? 'http' : 'https'}://${word.replace(/^\w*:?\/\//, '')}`
  const advice = URL.canParse(guess)
    ? `Did you mean ${guess}?`
    : 'Expected is a URL such as https://mcp.example.com/mcp.'
  throw new CommandFailure(`“${word}” is no address of an MCP server. ${advice}`, { exitCode: 2 })
}

function seconds(text: string): number {
  const number = Number(text)
  if (number > 0 && number <= 600) return number
  throw new InvalidArgumentError('Between 0 and 600 seconds.')
}
