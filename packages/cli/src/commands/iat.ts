import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { callAdminApi, listAll } from '../servers.ts'
import { renderTable } from '../table.ts'
import type { Style, Terminal } from '../terminal.ts'
import { isoSeconds } from '../times.ts'

const issued = z.object({
  initial_access_token: z.string(),
  jti: z.string(),
  /** Epoch seconds. */
  expires_at: z.int(),
  max_uses: z.int(),
  registration_endpoint: z.string(),
})

const listed = z.looseObject({
  jti: z.string(),
  status: z.string(),
  uses: z.int(),
  max_uses: z.int(),
  expires_at: z.int(),
  note: z.string(),
})

/** States of a token that are not what one hopes for. */
const tones: Record<string, Style> = { ready: 'green', revoked: 'red' }

interface CreateOptions {
  ttl?: number
  maxUses: number
  note?: string
  redirectHost?: string[]
  scope?: string[]
  json?: boolean
}

/** `iat create|list|revoke`: initial access tokens, which let a client register. */
export function addIatCommand(program: Command, terminal: Terminal): void {
  const iat = program
    .command('iat')
    .description('initial access tokens: they let a client register')
    .addHelpText('after', '\nExample:\n  $ npx neonpanel iat create --note "for ChatGPT"')
  addCreate(iat, terminal)
  addList(iat, terminal)
  addRevoke(iat, terminal)
}

function addCreate(iat: Command, terminal: Terminal) {
  iat
    .command('create')
    .description('mint a token; it alone goes to standard output')
    .addOption(new Option('--ttl <seconds>', 'lifetime (default: 900)').argParser(count))
    .addOption(new Option('--max-uses <n>', 'registrations, up to 100').argParser(count).default(1))
    .option('--note <text>', 'what it is for')
    .option('--redirect-host <host...>', 'only redirect URIs on these hosts')
    .option('--scope <scope...>', 'only these scopes, ever')
    .addHelpText(
      'after',
      `
Examples:
  $ npx neonpanel iat create
  $ npx neonpanel iat create --max-uses 5 --ttl 3600 --note 'load test'
  $ npx neonpanel register chatgpt --iat "$(npx neonpanel iat create)"`,
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<CreateOptions>()
      const answer = await callAdminApi(terminal, 'POST', '/initial-access-tokens', {
        ...(options.ttl === undefined ? {} : { ttl_seconds: options.ttl }),
        max_uses: options.maxUses,
        note: options.note ?? '',
        allowed_redirect_hosts: options.redirectHost ?? [],
        allowed_scopes: options.scope ?? [],
      })
      if (options.json) return terminal.out(JSON.stringify(answer))
      const token = issued.parse(answer)
      const uses = token.max_uses === 1 ? 'one registration' : `${token.max_uses} registrations`
      terminal.out(token.initial_access_token)
      terminal.err(
        `Good for ${uses} until ${isoSeconds(token.expires_at)}. Take it back with: npx neonpanel iat revoke ${token.jti}`,
      )
    })
}

function addList(iat: Command, terminal: Terminal) {
  iat
    .command('list')
    .description('what was minted, newest first; tokens themselves are not stored')
    .addHelpText('after', '\nExample:\n  $ npx neonpanel iat list --json')
    .action(async (_: unknown, command: Command) => {
      const items = await listAll(terminal, '/initial-access-tokens', listed)
      if (command.optsWithGlobals().json) return terminal.out(JSON.stringify(items))
      if (items.length === 0) return terminal.err('No initial access token was minted yet.')
      const rows = items.map(({ jti, status, uses, max_uses, expires_at, note }) => [
        jti,
        terminal.style(tones[status] ?? 'dim', status.replace('_', ' ')),
        `${uses}/${max_uses}`,
        isoSeconds(expires_at),
        note,
      ])
      terminal.out(renderTable(['ID', 'STATUS', 'USES', 'EXPIRES', 'NOTE'], rows, terminal))
    })
}

function addRevoke(iat: Command, terminal: Terminal) {
  iat
    .command('revoke')
    .description('end tokens before their time')
    .argument('<id...>', 'as `iat list` shows them')
    .addHelpText('after', '\nExample:\n  $ npx neonpanel iat revoke iat_3kPq…')
    .action(async (ids: string[], _: unknown, command: Command) => {
      for (const id of ids) {
        await callAdminApi(terminal, 'DELETE', `/initial-access-tokens/${encodeURIComponent(id)}`)
      }
      if (command.optsWithGlobals().json) terminal.out(JSON.stringify({ revoked: ids }))
      else terminal.err(`Revoked ${ids.join(', ')}.`)
    })
}

function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Must be a whole number above 0.')
}
