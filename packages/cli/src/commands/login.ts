import { type Command, InvalidArgumentError } from 'commander'
import { secondsLeft } from '../credentials/access-token.ts'
import { clientIn, recordOf, type SignInRecord } from '../credentials/record.ts'
import { type CredentialStore, openStore } from '../credentials/store.ts'
import { CommandFailure } from '../failure.ts'
import { mcpUrlFrom } from '../servers.ts'
import { NoSignInNeeded } from '../sign-in/discovery.ts'
import { showInBrowser, showInvitation } from '../sign-in/presentation.ts'
import { askForSecret } from '../sign-in/secret.ts'
import { type SignInOptions, signIn } from '../sign-in/sign-in.ts'
import { renderTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

interface LoginOptions {
  clientId?: string
  clientSecret?: boolean
  iat?: string
  scope?: string[]
  device?: boolean
  browser: boolean
  callbackPort?: number
  timeout?: number
  list?: boolean
  json?: boolean
}

/** `login [mcp-url]`: signs in at any MCP server and keeps the tokens. */
export function addLoginCommand(program: Command, terminal: Terminal): void {
  program
    .command('login')
    .description('sign in at any MCP server, in the browser or by a code')
    .argument('[mcp-url]', 'its address; default: MCP_URL')
    .option('--scope <scope...>', 'ask for these; default: what the server names')
    .option('--device', 'by a code that is entered on any device (RFC 8628)')
    .option('--no-browser', 'only show the address')
    .option('--client-id <id>', 'a client that exists there; default: register')
    .option('--client-secret', 'ask for its secret, or CLIENT_SECRET')
    .option('--iat <token>', 'initial access token to register with')
    .option('--callback-port <port>', 'of http://127.0.0.1:<port>/callback', count)
    .option('--timeout <seconds>', 'how long you may take; default: 300', count)
    .option('--list', 'show where you are signed in')
    .addHelpText(
      'after',
      `
Examples:
  $ neonpanel login http://localhost:4401/mcp --scope read:revenue read:cogs
  $ neonpanel login https://mcp.example.com/mcp --client-id abc --device`,
    )
    .action(async (word: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<LoginOptions>()
      const store = openStore(terminal)
      if (options.list) return list(store, terminal, options.json)
      return login(mcpUrlFrom(word, terminal), options, store, terminal)
    })
}

async function login(
  mcpUrl: string,
  options: LoginOptions,
  store: CredentialStore,
  terminal: Terminal,
): Promise<void> {
  const record = await signInAndKeep(mcpUrl, options, store, terminal).catch((error: unknown) => {
    if (error instanceof NoSignInNeeded) return error
    throw error
  })
  if (record instanceof NoSignInNeeded) {
    if (options.json) return terminal.out(JSON.stringify({ signed_in: false, mcp_url: mcpUrl }))
    return terminal.out(record.message)
  }
  if (options.json) {
    return terminal.out(JSON.stringify({ signed_in: true, mcp_url: mcpUrl, ...summary(record) }))
  }
  terminal.out(`Signed in at ${terminal.style('bold', record.resource)}`)
  terminal.out(`  issuer  ${record.issuer}`)
  terminal.out(`  client  ${record.client_id}`)
  terminal.out(`  scopes  ${record.scope || 'not said'}`)
  terminal.err(`Kept in ${store.path}. Next: neonpanel tools list`)
}

async function signInAndKeep(
  mcpUrl: string,
  options: LoginOptions,
  store: CredentialStore,
  terminal: Terminal,
): Promise<SignInRecord> {
  // A file that cannot be read is told before the person has gone through the browser.
  const before = await store.list()
  const presentation = showInBrowser(terminal, { open: options.browser })
  const wish: SignInOptions = {
    clientId: options.clientId,
    clientSecret: await secretFor(options, terminal),
    initialAccessToken: options.iat,
    device: options.device,
    scopes: options.scope?.flatMap((words) => words.split(/[\s,]+/)).filter(Boolean),
    callbackPort: options.callbackPort,
    ...(options.timeout !== undefined && { timeoutMs: options.timeout * 1000 }),
    earlier: (issuer, resource) => {
      const found = before.find((one) => one.issuer === issuer && one.resource === resource)
      return found && { client: clientIn(found), scope: found.scope }
    },
    show: presentation.show,
    invite: (invitation) => showInvitation(terminal, invitation),
    tell: (text) => terminal.err(text),
  }
  try {
    const signedIn = await signIn(mcpUrl, wish)
    const record = recordOf(mcpUrl, signedIn, Math.floor(Date.now() / 1000))
    await store.save(record)
    return record
  } finally {
    presentation.end()
  }
}

async function secretFor(
  { clientId, clientSecret }: LoginOptions,
  { environment, err }: Terminal,
): Promise<string | undefined> {
  if (clientId === undefined) {
    if (!clientSecret) return undefined
    throw new CommandFailure('A --client-secret belongs to a --client-id.', { exitCode: 2 })
  }
  const secret = environment.CLIENT_SECRET || undefined
  if (!clientSecret || secret !== undefined) return secret
  return askForSecret(`Secret of ${clientId}: `, err)
}

async function list(store: CredentialStore, terminal: Terminal, asJson = false): Promise<void> {
  const records = await store.list()
  if (asJson) return terminal.out(JSON.stringify(records.map(summary)))
  if (records.length === 0) {
    return terminal.err('Not signed in anywhere. Sign in with: neonpanel login <mcp-url>')
  }
  const rows = records.map((record) => [
    record.resource,
    record.issuer,
    record.client_id,
    record.scope,
    state(record),
  ])
  terminal.out(renderTable(['SERVER', 'ISSUER', 'CLIENT', 'SCOPES', 'TOKEN'], rows, terminal))
}

/** What may be seen of a sign-in: no token, no secret. */
function summary(record: SignInRecord) {
  return {
    resource: record.resource,
    issuer: record.issuer,
    client_id: record.client_id,
    scope: record.scope,
    expires_at: record.expires_at,
    renews: record.refresh_token !== undefined,
  }
}

function state(record: SignInRecord): string {
  const left = secondsLeft(record)
  if (left === undefined) return 'ready'
  if (left > 0) return `${left >= 120 ? `${Math.floor(left / 60)} min` : `${left} s`} left`
  return record.refresh_token === undefined ? 'expired' : 'renews when used'
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Must be a whole number above 0.')
}
