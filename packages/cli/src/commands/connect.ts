import { writeFileSync } from 'node:fs'
import { toHar } from '@neonpanel/flows/exports/har'
import { toMermaid } from '@neonpanel/flows/exports/mermaid'
import type { Story } from '@neonpanel/flows/story'
import { type PersonaName, personaNames, personas } from '@neonpanel/personas/catalogue'
import type { Persona } from '@neonpanel/personas/persona'
import type { PersonaRun, PersonaWish } from '@neonpanel/personas/run-persona'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { describeRun } from '../connect/document.ts'
import { personAtKeyboard } from '../connect/person.ts'
import { createTimeline, stepNames } from '../connect/timeline.ts'
import { renderVerdict } from '../connect/verdict.ts'
import { CommandFailure } from '../failure.ts'
import { renderTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

interface ConnectOptions {
  as?: PersonaName
  list?: boolean
  follow?: boolean
  paste?: boolean
  browser: boolean
  clientId?: string
  iat?: string
  scope?: string[]
  tool?: string
  timeout: number
  documents?: 'local'
  save?: string
  verbose?: boolean
  json?: boolean
}

/** `connect --as <persona> <mcp-url>`: what a real client does at this server, while it happens, and why it stops. */
export function addConnectCommand(program: Command, terminal: Terminal): void {
  const command = program.command('connect')
  command
    // The names of the clients would fill a third of the screen: the list has them.
    .configureHelp({ ...command.configureHelp(), optionDescription: (one) => one.description })
    .description('connect to a server as a real client does; say why it stops')
    .argument('[mcp-url]')
    .addOption(
      new Option('--as <persona>', 'chatgpt, claude, vscode, … (see --list)').choices(personaNames),
    )
    .option('--list', 'list the clients')
    .option('--follow', 'no browser: for servers that consent by themselves')
    .option('--paste', 'read where the browser ended from standard input')
    .option('--no-browser', 'print the address, open nothing')
    .option('--client-id <id>', 'that the server knows; CLIENT_SECRET goes along')
    .option('--iat <token>', 'register with an initial access token')
    .option('--scope <scope...>', 'in place of what the client asks for')
    .option('--tool <name>', 'to call, in place of one that only reads')
    .option('--timeout <seconds>', 'how long an answer may take; default 10', seconds, 10)
    .addOption(
      new Option(
        '--documents <where>',
        'local: no internet, for a stack with test controls',
      ).choices(['local']),
    )
    .option('--save <file>', 'the story as .har or .mmd (Mermaid)')
    .option('--verbose', 'headers and bodies, without secrets')
    .addHelpText(
      'after',
      `
Examples:
  $ npx neonpanel connect --as vscode https://mcp.example.com/mcp
  $ npx neonpanel connect --as codex http://localhost:4401/mcp --client-id cdx`,
    )
    .action(async (url: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectOptions>()
      if (options.list) return list(terminal, options)
      const { as, mcpUrl } = required(options.as, url)
      await connect(terminal, as, mcpUrl, options)
    })
}

function seconds(text: string): number {
  const number = Number(text)
  if (number > 0 && number <= 600) return number
  throw new InvalidArgumentError('Between 0 and 600 seconds.')
}

function required(as: PersonaName | undefined, mcpUrl: string | undefined) {
  if (as === undefined || mcpUrl === undefined) {
    throw misuse(
      'Say as whom and where: connect --as <persona> <mcp-url>. The personas: connect --list.',
    )
  }
  if (!/^https?:$/.test(URL.parse(mcpUrl)?.protocol ?? '')) {
    throw misuse(`${mcpUrl} is no http or https URL such as https://mcp.example.com/mcp.`)
  }
  return { as, mcpUrl }
}

async function connect(
  terminal: Terminal,
  as: PersonaName,
  mcpUrl: string,
  options: ConnectOptions,
): Promise<void> {
  const { follow = false, paste = false, browser, timeout, json, save } = options
  const format = save === undefined ? undefined : formatOf(save)
  const persona: Persona = personas[as]
  const timeoutMs = timeout * 1000
  const how = { follow, paste, browser, timeoutMs }
  const wish = wishOf(terminal, options)
  // Loaded here: no other command should wait for all that a client needs.
  const [{ runPersona }, { localDocuments }] = await Promise.all([
    import('@neonpanel/personas/run-persona'),
    import('../connect/local-documents.ts'),
  ])
  await using documents = options.documents ? await localDocuments(terminal) : undefined
  await using person = personAtKeyboard(terminal, persona, how)
  if (!json) terminal.out(heading(terminal, persona, mcpUrl))
  const look = { startedAt: new Date(), verbose: options.verbose ?? false }
  const timeline = json ? undefined : createTimeline(terminal, look)
  const run = await runPersona(as, mcpUrl, {
    ...wish,
    openBrowser: person.openBrowser,
    timeoutMs,
    ...(documents && { key: documents.key }),
    onExchange: timeline?.onExchange,
    onStep(step) {
      person.cameBack()
      timeline?.onStep(step)
    },
  })
  timeline?.end()
  if (save !== undefined && format) write(save, format(run))
  if (json) terminal.out(JSON.stringify(describeRun(as, mcpUrl, run)))
  else terminal.out(`\n${conclusion(terminal, persona, run)}`)
  const { story } = run
  if (story.status !== 'completed') throw new CommandFailure(summary(persona, mcpUrl, story))
}

function wishOf(terminal: Terminal, options: ConnectOptions): Partial<PersonaWish> {
  const { clientId, iat, scope, tool } = options
  if (clientId !== undefined && iat !== undefined) {
    throw misuse(
      '--client-id is a client that is registered, --iat registers one: give one of them.',
    )
  }
  const clientSecret = terminal.environment.CLIENT_SECRET
  return {
    ...(clientId !== undefined && {
      registration: { clientId, ...(clientSecret && { clientSecret }) },
    }),
    ...(iat !== undefined && { registration: { initialAccessToken: iat } }),
    ...(scope !== undefined && { scopes: scope.flatMap((one) => one.split(' ')) }),
    ...(tool !== undefined && { tool: { name: tool } }),
  }
}

function heading(terminal: Terminal, persona: Persona, mcpUrl: string): string {
  const who = terminal.style('bold', persona.title)
  return `${who} ${terminal.style('dim', `(${persona.version})`)} connects to ${mcpUrl}\n`
}

function conclusion(terminal: Terminal, persona: Persona, { story, verdict }: PersonaRun): string {
  const completed = story.status === 'completed'
  return [
    ...(completed
      ? [`${terminal.style('green', '✓')} ${persona.title} works with this server.`]
      : []),
    ...(verdict ? [renderVerdict(terminal, verdict, !completed)] : []),
  ].join('\n\n')
}

function summary({ title }: Persona, mcpUrl: string, { status, step }: Story): string {
  const how = status === 'denied' ? 'was denied access' : 'stopped'
  return `${title} ${how} at ${mcpUrl}, step ${stepNames[step]}.`
}

/** By the ending of the file. */
function formatOf(file: string): (run: PersonaRun) => string {
  if (file.endsWith('.mmd')) return ({ story, verdict }) => toMermaid(story, verdict)
  if (!file.endsWith('.har')) throw misuse(`${file} must end in .har or .mmd.`)
  return ({ story, origins }) => {
    const unknown = { 'authorization-server': '', 'resource-server': '' }
    return JSON.stringify(toHar(story, { ...unknown, ...origins }))
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new CommandFailure(`${file} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

function list(terminal: Terminal, { json }: ConnectOptions): void {
  const all = personaNames.map((name) => ({ name, persona: personas[name] as Persona }))
  terminal.out(json ? JSON.stringify(all.map(describePersona)) : tableOf(terminal, all))
}

interface Named {
  readonly name: PersonaName
  readonly persona: Persona
}

function describePersona({ name, persona }: Named) {
  const { title, version, runs, registration, redirect } = persona
  return { name, title, version, runs, ways: registration.ways, redirect_uri: redirect.uri }
}

const places = { cloud: 'a cloud', page: 'a page', computer: 'a computer' } as const

const ways = { document: 'document', dynamic: 'registration', static: 'id' } as const

function tableOf(terminal: Terminal, all: readonly Named[]): string {
  const rows = all.map(({ name, persona }) => {
    const { version, runs, registration } = persona
    return [name, version, places[runs], registration.ways.map((way) => ways[way]).join(', ')]
  })
  return renderTable(['PERSONA', 'AS OF', 'RUNS IN', 'WAYS IN, IN ORDER'], rows, terminal)
}

function misuse(message: string): CommandFailure {
  return new CommandFailure(message, { exitCode: 2 })
}
