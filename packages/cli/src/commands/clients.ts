import { type Command, Option } from 'commander'
import { describeClient, type Grant, grant, listedClient, summaryTable } from '../clients.ts'
import { CommandFailure } from '../failure.ts'
import { callAdminApi, issuerOf, listAll } from '../servers.ts'
import type { Terminal } from '../terminal.ts'

const documentOrigin = 'metadata_document'

interface ListOptions {
  search?: string
  origin?: string
  kind?: string
  standing?: string
  json?: boolean
}

interface RevokeOptions {
  suspend?: boolean
  delete?: boolean
  json?: boolean
}

/** `clients list|show|revoke`: who may ask people for access, and what they were granted. */
export function addClientsCommand(program: Command, terminal: Terminal): void {
  const clients = program
    .command('clients')
    .description('who is registered, and what people granted them')
    .addHelpText('after', '\nExample:\n  $ npx neonpanel clients list')
  addList(clients, terminal)
  addShow(clients, terminal)
  addRevoke(clients, terminal)
}

function addList(clients: Command, terminal: Terminal) {
  clients
    .command('list')
    .description('clients, newest first, and those known by their document')
    .option('--search <text>', 'part of a name, client id or redirect URI')
    .addOption(
      new Option('--origin <origin>', 'how it came here').choices([
        'pre-registered',
        'initial_access_token',
        'open',
        'administrator',
      ]),
    )
    .addOption(
      new Option('--kind <kind>', 'whether it can keep a secret').choices([
        'public',
        'confidential',
      ]),
    )
    .addOption(
      new Option('--standing <standing>', 'what an administrator made of it').choices([
        'reviewed',
        'unreviewed',
        'suspended',
      ]),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ npx neonpanel clients list --standing unreviewed
  $ npx neonpanel clients list --json | jq -r '.[].client_id'`,
    )
    .action(async (_: unknown, command: Command) => {
      const { json, ...filters } = command.optsWithGlobals<ListOptions>()
      const found = await findClients(terminal, filters)
      if (json) return terminal.out(JSON.stringify(found))
      if (found.length === 0) return terminal.err('There is no such client.')
      terminal.out(summaryTable(found, terminal))
    })
}

/** Documents have no origin, kind or standing here: with such a filter, they are not what is looked for. */
async function findClients(terminal: Terminal, { search, ...others }: ListOptions) {
  const { origin, kind, standing } = others
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ q: search, origin, kind, standing })) {
    if (value !== undefined) query.set(name, value)
  }
  const registered = await listAll(terminal, `/clients?${query}`, listedClient)
  if (origin ?? kind ?? standing) return registered
  const documents = (await readDocuments(terminal)).filter(({ client_id }) =>
    client_id.toLowerCase().includes(search?.toLowerCase() ?? ''),
  )
  return [...registered, ...documents]
}

async function readDocuments(terminal: Terminal) {
  const documents = await listAll(terminal, '/document-clients', listedClient)
  return documents.map((client) => ({ ...client, origin: documentOrigin }))
}

function addShow(clients: Command, terminal: Terminal) {
  clients
    .command('show')
    .description('metadata, standing, who approved what; never a secret')
    .argument('<client-id>', 'as `clients list` shows it')
    .addHelpText(
      'after',
      `
Examples:
  $ npx neonpanel clients show claude
  $ npx neonpanel clients show claude --json | jq .grants`,
    )
    .action(async (clientId: string, _: unknown, command: Command) => {
      const client = await readClient(terminal, clientId)
      const query = new URLSearchParams({ client_id: clientId })
      const grants: Grant[] = await listAll(terminal, `/grants?${query}`, grant)
      if (command.optsWithGlobals().json) return terminal.out(JSON.stringify({ ...client, grants }))
      terminal.out(describeClient(client, grants, terminal))
    })
}

async function readClient(terminal: Terminal, clientId: string) {
  const documents = clientId.startsWith('https://') ? await readDocuments(terminal) : []
  const document = documents.find(({ client_id }) => client_id === clientId)
  if (document) return document
  return listedClient.parse(await callAdminApi(terminal, 'GET', pathOf(terminal, clientId)))
}

function addRevoke(clients: Command, terminal: Terminal) {
  clients
    .command('revoke')
    .description('end all that people granted them, at once')
    .argument('<client-id...>', 'as `clients list` shows them')
    .addOption(new Option('--suspend', 'and turn them away from now on').conflicts('delete'))
    .option('--delete', 'and forget them: they have to register again')
    .addHelpText(
      'after',
      `
Examples:
  $ npx neonpanel clients revoke claude
  $ npx neonpanel clients revoke --suspend dyn_3kPq…`,
    )
    .action(async (clientIds: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RevokeOptions>()
      const ended = []
      for (const clientId of clientIds) {
        const grants = await revoke(terminal, clientId, options)
        ended.push({ client_id: clientId, grants_ended: grants })
        if (!options.json) terminal.err(report(clientId, grants, options))
      }
      const { suspend: suspended = false, delete: deleted = false } = options
      if (options.json) terminal.out(JSON.stringify({ revoked: ended, suspended, deleted }))
    })
}

/** Returns how many grants ended. */
async function revoke(terminal: Terminal, clientId: string, options: RevokeOptions) {
  const path = pathOf(terminal, clientId)
  if (options.suspend || options.delete) await mustBeRegistered(terminal, clientId)
  const answer = await callAdminApi(terminal, 'DELETE', `${path}/grants`)
  if (options.suspend) await callAdminApi(terminal, 'PATCH', path, { suspended: true })
  if (options.delete) await callAdminApi(terminal, 'DELETE', path)
  return Number(Object(answer).revoked)
}

/** A client that is known by its metadata document is in no directory: there is nothing to suspend or delete. */
async function mustBeRegistered(terminal: Terminal, clientId: string): Promise<void> {
  const { origin } = await readClient(terminal, clientId)
  if (origin !== documentOrigin) return
  throw new CommandFailure(
    `${clientId} is known by its metadata document and not registered: revoke it without --suspend or --delete.`,
  )
}

function report(clientId: string, grants: number, options: RevokeOptions): string {
  const ended = grants === 1 ? '1 grant' : `${grants} grants`
  const standing = options.suspend ? ' It is suspended.' : ' People may connect it again.'
  return `Ended ${ended} of ${clientId}.${options.delete ? ' It is deleted.' : standing}`
}

function pathOf(terminal: Terminal, clientId: string): string {
  if (clientId !== '') return `/clients/${encodeURIComponent(clientId)}`
  throw new CommandFailure(`Name a client of ${issuerOf(terminal)}: neonpanel clients list`, {
    exitCode: 2,
  })
}
