import { z } from 'zod'
import { renderTable } from './table.ts'
import type { Style, Terminal } from './terminal.ts'
import { ago, isoSeconds } from './times.ts'

/** A client as the admin API lists it; one known by its metadata document has nothing but id and grants. */
export const listedClient = z.looseObject({
  client_id: z.string(),
  client_name: z.string().optional(),
  origin: z.string().optional(),
  active_grants: z.int(),
  reviewed: z.boolean().optional(),
  reviewed_by: z.string().nullable().optional(),
  reviewed_at: z.int().nullable().optional(),
  suspended: z.boolean().optional(),
  suspended_at: z.int().nullable().optional(),
  created_at: z.int().optional(),
  last_used_at: z.int().nullable().optional(),
})

export type ListedClient = z.output<typeof listedClient>

/** What a person allowed to a client, of the admin API. */
export const grant = z.looseObject({
  id: z.string(),
  email: z.string(),
  scope: z.string(),
  companies: z.string(),
  company_ids: z.array(z.string()),
  active: z.boolean(),
  created_at: z.int(),
  last_used_at: z.int().nullable(),
  expires_at: z.int(),
  revoked_at: z.int().nullable(),
  revoked_by: z.string().nullable(),
})

export type Grant = z.output<typeof grant>

/** Members that are told in words of their own, or not at all. */
const told = new Set([
  ...Object.keys(listedClient.shape),
  'client_secret_expires_at',
  'initial_access_token_jti',
  'allowed_scopes',
])

const tones: Record<string, Style> = { suspended: 'red', reviewed: 'green', 'to review': 'yellow' }

/** One line for each client. */
export function summaryTable(clients: readonly ListedClient[], terminal: Terminal): string {
  const rows = clients.map((client) => [
    client.client_id,
    client.client_name ?? '',
    standingOf(client, terminal),
    String(client.active_grants),
    client.last_used_at === undefined ? '' : ago(client.last_used_at),
  ])
  return renderTable(['CLIENT ID', 'NAME', 'STANDING', 'GRANTS', 'USED'], rows, terminal)
}

/** All that is known of a client, and of what people granted it. */
export function describeClient(
  client: ListedClient,
  grants: readonly Grant[],
  terminal: Terminal,
): string {
  const facts = [...standingFacts(client, terminal), ...metadataFacts(client)]
  const width = Math.max(...facts.map(([name]) => name.length))
  const heading = `${terminal.style('bold', client.client_name ?? client.client_id)}\n`
  const lines = facts.flatMap(([name, ...values]) =>
    values.map((value, index) => `  ${(index === 0 ? name : '').padEnd(width)}  ${value}`),
  )
  const granted =
    grants.length === 0 ? 'Nobody has granted it anything.' : grantTable(grants, terminal)
  return [heading, ...lines, '', granted].join('\n')
}

type Fact = readonly [name: string, ...values: string[]]

function standingFacts(client: ListedClient, terminal: Terminal): Fact[] {
  const { reviewed_by: by, reviewed_at: at, created_at: created, last_used_at: used } = client
  const review = by && at ? [`Reviewed by ${by}, ${isoSeconds(at)}`] : []
  const scopes = z.array(z.string()).catch([]).parse(client.allowed_scopes)
  const token = client.initial_access_token_jti
  return [
    ['Client id', client.client_id],
    ['Standing', standingOf(client, terminal) || 'known by its document', ...review],
    ['Origin', originOf(client), ...(typeof token === 'string' ? [`by ${token}`] : [])],
    ...(created === undefined ? [] : [['Registered', isoSeconds(created)] as const]),
    ...(used === undefined ? [] : [['Last used', isoSeconds(used, 'never')] as const]),
    ...(scopes.length === 0 ? [] : [['Only these scopes', scopes.join(' ')] as const]),
  ]
}

/** Client metadata by the names of RFC 7591 section 2. */
function metadataFacts(client: ListedClient): Fact[] {
  return Object.entries(client).flatMap(([name, value]): Fact[] => {
    if (told.has(name) || /secret|token$/.test(name) || value === null) return []
    if (Array.isArray(value)) return value.length === 0 ? [] : [[name, ...value.map(String)]]
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]]
  })
}

function grantTable(grants: readonly Grant[], terminal: Terminal): string {
  const rows = grants.map((one) => [
    one.email,
    grantState(one, terminal),
    one.companies === 'all' ? 'all' : one.company_ids.join(' '),
    one.scope,
    ago(one.last_used_at),
  ])
  return renderTable(['APPROVED BY', 'GRANT', 'COMPANIES', 'SCOPES', 'USED'], rows, terminal)
}

function grantState({ active, revoked_by: by }: Grant, terminal: Terminal): string {
  if (active) return terminal.style('green', 'active')
  return terminal.style('dim', by === null ? 'expired' : `ended (${by})`)
}

function originOf({ origin = '' }: ListedClient): string {
  return origin.replaceAll('_', ' ')
}

function standingOf(client: ListedClient, terminal: Terminal): string {
  if (client.reviewed === undefined) return ''
  const self = client.origin === 'open' || client.origin === 'initial_access_token'
  const unseen = self ? 'to review' : 'trusted'
  const standing = client.suspended ? 'suspended' : client.reviewed ? 'reviewed' : unseen
  return terminal.style(tones[standing] ?? 'green', standing)
}
