import type { Command } from 'commander'
import { notSignedIn } from '../credentials/access-token.ts'
import { issuedOf, type SignInRecord } from '../credentials/record.ts'
import { type CredentialStore, openStore } from '../credentials/store.ts'
import { CommandFailure } from '../failure.ts'
import { mcpUrlFrom } from '../servers.ts'
import { revoke } from '../sign-in/tokens.ts'
import type { Terminal } from '../terminal.ts'

interface LogoutOptions {
  all?: boolean
  json?: boolean
}

/** How a sign-in ended: removed here; at the server revoked, not offered, or not reached. */
interface Ended {
  readonly resource: string
  readonly issuer: string
  readonly revoked: boolean
  /** Why not. */
  readonly reason?: string
}

/** `logout [mcp-url]`: ends the tokens at the server and forgets them here. */
export function addLogoutCommand(program: Command, terminal: Terminal): void {
  program
    .command('logout')
    .description('revoke the tokens of a sign-in (RFC 7009) and forget them')
    .argument('[mcp-url]', 'where you signed in; default: MCP_URL')
    .option('--all', 'everywhere')
    .addHelpText(
      'after',
      `
Examples:
  $ neonpanel logout
  $ neonpanel logout https://mcp.example.com/mcp
  $ neonpanel logout --all`,
    )
    .action(async (word: string | undefined, _: unknown, command: Command) => {
      const { all, json } = command.optsWithGlobals<LogoutOptions>()
      if (all && word !== undefined) {
        throw new CommandFailure('Name a server or --all, one of the two.', { exitCode: 2 })
      }
      const store = openStore(terminal)
      const records = all ? await store.list() : [await recordFor(store, word, terminal)]
      const ended: Ended[] = []
      for (const record of records) ended.push(await end(store, record))
      if (json) return terminal.out(JSON.stringify(ended))
      for (const one of ended) tell(one, terminal)
      if (ended.length === 0) terminal.err('Not signed in anywhere.')
    })
}

async function recordFor(store: CredentialStore, word: string | undefined, terminal: Terminal) {
  const mcpUrl = mcpUrlFrom(word, terminal)
  const record = await store.find(mcpUrl)
  if (record === undefined) throw notSignedIn(mcpUrl)
  return record
}

/** Forgets in any case: whoever logs out wants the tokens off this computer, above all. */
async function end(store: CredentialStore, { issuer, resource }: SignInRecord): Promise<Ended> {
  let outcome: Pick<Ended, 'revoked' | 'reason'> = { revoked: false }
  await store.update({ issuer, resource }, async (current) => {
    if (current !== undefined) outcome = await revokeTokens(current)
    return undefined
  })
  return { resource, issuer, ...outcome }
}

async function revokeTokens(record: SignInRecord): Promise<Pick<Ended, 'revoked' | 'reason'>> {
  try {
    if (await revoke(issuedOf(record))) return { revoked: true }
    return { revoked: false, reason: `${record.issuer} offers no revocation (RFC 7009).` }
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    return { revoked: false, reason: error.message }
  }
}

function tell({ resource, revoked, reason }: Ended, { err }: Terminal): void {
  err(
    revoked
      ? `Signed out of ${resource}: its tokens are revoked and forgotten.`
      : `Signed out of ${resource} here: its tokens are forgotten, but good until they expire.`,
  )
  if (reason) err(reason)
}
