import type { Command } from 'commander'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { currentSignIn, notSignedIn, secondsLeft } from '../credentials/access-token.ts'
import type { SignInRecord } from '../credentials/record.ts'
import { openStore } from '../credentials/store.ts'
import { CommandFailure } from '../failure.ts'
import { mcpUrlFrom } from '../servers.ts'
import type { Terminal } from '../terminal.ts'

interface TokenOptions {
  refresh?: boolean
  decode?: boolean
  json?: boolean
}

/** `token [mcp-url]`: an access token that is good for a minute at least. */
export function addTokenCommand(program: Command, terminal: Terminal): void {
  program
    .command('token')
    .description('print an access token, renewed where less than a minute is left')
    .argument('[mcp-url]', 'where you signed in; default: MCP_URL')
    .option('--refresh', 'renew it in any case')
    .option('--decode', 'print header and claims of a JWT in place of the token')
    .addHelpText(
      'after',
      `
Examples:
  $ curl -H "Authorization: Bearer $(neonpanel token)" …
  $ neonpanel token https://mcp.example.com/mcp --json
  $ neonpanel token --decode`,
    )
    .action(async (word: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TokenOptions>()
      const mcpUrl = mcpUrlFrom(word, terminal)
      const force = options.refresh === true
      const record = await currentSignIn(openStore(terminal), mcpUrl, { force })
      if (record === undefined) throw notSignedIn(mcpUrl)
      const left = secondsLeft(record)
      if (left !== undefined && left <= 0) {
        terminal.err('The server gave a token that is used up already: check the clocks.')
      }
      terminal.out(answer(record, options))
    })
}

function answer(record: SignInRecord, { decode, json }: TokenOptions): string {
  const contents = decode ? contentsOf(record) : undefined
  if (!json) {
    return contents === undefined ? record.access_token : JSON.stringify(contents, null, 2)
  }
  return JSON.stringify({
    access_token: record.access_token,
    expires_at: record.expires_at,
    scope: record.scope,
    issuer: record.issuer,
    resource: record.resource,
    client_id: record.client_id,
    ...contents,
  })
}

/** Not verified: that is for the resource server, which the token is meant for. */
function contentsOf({ access_token: token, issuer }: SignInRecord) {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
  } catch (cause) {
    throw new CommandFailure(
      `The access token of ${issuer} is opaque, not a JWT: only its server can read it.`,
      { cause },
    )
  }
}
