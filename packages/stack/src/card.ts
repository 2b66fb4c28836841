import { styleText } from 'node:util'
import { demoClients } from '@neonpanel/database/seed/clients'
import { type DemoAccount, listDemoAccounts } from './demo-accounts.ts'
import type { Stack } from './stack.ts'

/** What a person needs to connect a client: shown once when the stack is ready. */
export interface Card {
  readonly issuer: string
  readonly mcpUrl: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly registrationEndpoint: string
  readonly consoleUrl: string
  /** The client id to paste; the first of those that the demo knows. Absent without demo data. */
  readonly clientId: string | undefined
  readonly otherClientIds: readonly string[]
  readonly accounts: readonly DemoAccount[]
  /** Good for one registration. Absent when nothing can be registered. */
  readonly initialAccessToken: { readonly token: string; readonly expiresAt: Date } | undefined
}

/** Reads a running stack and mints the initial access token that its card shows. */
export async function createCard(stack: Stack): Promise<Card> {
  const { issuer, mcpUrl, database, config } = stack
  const isDemo = config.authorization.seed === 'demo'
  const clientIds = demoClients.filter(({ confidential }) => !confidential)
  const [clientId, ...otherClientIds] = isDemo ? clientIds.map(({ clientId }) => clientId) : []
  return {
    issuer,
    mcpUrl,
    authorizationEndpoint: `${issuer}/oauth2/authorize`,
    tokenEndpoint: `${issuer}/oauth2/token`,
    registrationEndpoint: `${issuer}/oauth2/register`,
    consoleUrl: `${issuer}/console`,
    clientId,
    otherClientIds,
    accounts: isDemo ? await listDemoAccounts(database) : [],
    initialAccessToken: await mintToken(stack),
  }
}

async function mintToken({ authorizationServer, config }: Stack) {
  if (config.authorization.registrationMode === 'off') return undefined
  return authorizationServer.issueInitialAccessToken({
    ttlSeconds: config.authorization.initialAccessTokenTtlSeconds,
    maxUses: 1,
    note: 'shown when the stack started',
    allowedRedirectHosts: [],
    allowedScopes: [],
    createdBy: 'startup',
  })
}

/** The last line that a start prints: scripts wait for it. */
export function readyLine({ issuer, mcpUrl }: Pick<Card, 'issuer' | 'mcpUrl'>): string {
  return `ready issuer=${issuer} mcp=${mcpUrl}`
}

/** The card as one line of JSON, for programs. Names are those of the protocol's metadata. */
export function renderJson(card: Card): string {
  return JSON.stringify({
    issuer: card.issuer,
    mcp_url: card.mcpUrl,
    authorization_endpoint: card.authorizationEndpoint,
    token_endpoint: card.tokenEndpoint,
    registration_endpoint: card.registrationEndpoint,
    console_url: card.consoleUrl,
    client_id: card.clientId,
    other_client_ids: card.otherClientIds,
    accounts: card.accounts,
    initial_access_token: card.initialAccessToken?.token,
    initial_access_token_expires_at: card.initialAccessToken?.expiresAt.toISOString(),
  })
}

/** The card for people. */
export function renderText(card: Card): string {
  const lines = [
    '',
    `  ${bold('NeonPanel auth stack')}`,
    '',
    row('MCP server', bold(card.mcpUrl)),
    row('Authorization server', bold(card.issuer)),
    row('Authorize URL', card.authorizationEndpoint),
    row('Token URL', card.tokenEndpoint),
    row('Registration URL', card.registrationEndpoint),
    row('Console', card.consoleUrl),
    ...clientRows(card),
    ...accountRows(card.accounts),
    ...tokenRows(card.initialAccessToken),
    '',
  ]
  return lines.join('\n')
}

function clientRows({ clientId, otherClientIds }: Card): string[] {
  if (clientId === undefined) return []
  return ['', row('Client id', `${bold(clientId)}  ${dim(`or ${otherClientIds.join(', ')}`)}`)]
}

function accountRows(accounts: readonly DemoAccount[]): string[] {
  const width = Math.max(...accounts.map(({ email }) => email.length))
  return accounts.flatMap(({ email, password, about }, index) => {
    const line = `${email.padEnd(width)}  ${dim(about)}`
    return index === 0 ? ['', row('Password', password), row('Sign in as', line)] : [row('', line)]
  })
}

function tokenRows(token: Card['initialAccessToken']): string[] {
  if (token === undefined) return []
  const until = token.expiresAt.toISOString().replace(/\.\d+Z$/, 'Z')
  return ['', row('Initial access token', `one registration, until ${until}`), `  ${token.token}`]
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(20)}  ${value}`
}

/** Plain text when standard output is no terminal. */
function bold(text: string): string {
  return styleText('bold', text, { stream: process.stdout })
}

function dim(text: string): string {
  return styleText('dim', text, { stream: process.stdout })
}
