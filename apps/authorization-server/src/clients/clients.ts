import { requiredScope, type Scope } from '@neonpanel/contracts/scopes'
import type { Client as ClientRow, Prisma } from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'

/** Client metadata by the names of RFC 7591 section 2, without any secret. */
export interface ClientMetadata {
  readonly client_name?: string
  readonly redirect_uris?: readonly string[]
  readonly grant_types?: readonly string[]
  readonly token_endpoint_auth_method?: string
  readonly application_type?: string
  readonly [member: string]: unknown
}

/** How a client came to be known. */
export type ClientOrigin = 'pre-registered' | 'initial_access_token' | 'open' | 'administrator'

export interface Client {
  readonly clientId: string
  readonly name: string
  readonly metadata: ClientMetadata
  /** argon2id PHC string of the client secret; null for public clients. */
  readonly secretHash: string | null
  readonly origin: ClientOrigin
  readonly initialAccessTokenJti: string | null
  /** Resource scopes that the client may ever be granted; undefined = no ceiling. */
  readonly scopeCeiling: readonly Scope[] | undefined
  readonly reviewedAt: Date | null
  readonly reviewedBy: string | null
  readonly suspendedAt: Date | null
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

/** What can be changed about a client. */
export interface ClientChanges {
  readonly name?: string
  readonly metadata?: ClientMetadata
  readonly secretHash?: string | null
  readonly scopeCeiling?: readonly Scope[] | null
  readonly reviewed?: { readonly by: string } | false
  readonly suspended?: boolean
}

export type NewClient = Pick<Client, 'clientId' | 'name' | 'metadata' | 'origin'> &
  Partial<Pick<Client, 'secretHash' | 'initialAccessTokenJti' | 'scopeCeiling'>>

const findByClientId = statement(
  'find_client',
  `SELECT "clientId", "name", "metadata", "secretHash", "origin", "initialAccessTokenJti", "scopeCeiling",
     "reviewedAt", "reviewedBy", "suspendedAt", "createdAt", "lastUsedAt"
   FROM "Client" WHERE "clientId" = $1`,
)

/**
 * A client of the directory; nothing is known here about a client that is its metadata document. Nothing is remembered:
 * what any process registers, changes or suspends counts in all of them with the next request.
 */
export async function findClient(
  database: Database,
  clientId: string,
): Promise<Client | undefined> {
  // PostgreSQL cannot compare with what it cannot hold; in a Basic header, such an id may come this far.
  if (clientId.includes('\0')) return undefined
  const [row] = await database.query<ClientRow>(findByClientId, [clientId])
  return row && clientOf(row)
}

/** Clients, newest first; all of them unless the selection says otherwise. */
export async function listClients(
  database: Database,
  selection: Prisma.ClientFindManyArgs = {},
): Promise<Client[]> {
  const rows = await database.prisma.client.findMany({
    orderBy: { createdAt: 'desc' },
    ...selection,
  })
  return rows.map(clientOf)
}

export async function createClient(database: Database, client: NewClient): Promise<Client> {
  const row = await database.prisma.client.create({
    data: {
      clientId: client.clientId,
      name: client.name,
      metadata: JSON.stringify(client.metadata),
      secretHash: client.secretHash ?? null,
      origin: client.origin,
      initialAccessTokenJti: client.initialAccessTokenJti ?? null,
      scopeCeiling: client.scopeCeiling ? ceilingText(client.scopeCeiling) : null,
      createdAt: now(),
    },
  })
  return clientOf(row)
}

/** Returns undefined when there is no such client. */
export async function updateClient(
  database: Database,
  clientId: string,
  changes: ClientChanges,
): Promise<Client | undefined> {
  const { count } = await database.prisma.client.updateMany({
    where: { clientId },
    data: dataOf(changes),
  })
  return count === 0 ? undefined : findClient(database, clientId)
}

/** Whether there was such a client. Its grants are the caller's to revoke: `revokeGrantsOfClient`. */
export async function deleteClient(database: Database, clientId: string): Promise<boolean> {
  const { count } = await database.prisma.client.deleteMany({ where: { clientId } })
  return count > 0
}

/**
 * Whether somebody of NeonPanel vouched for the client: it was pre-registered, made by an administrator, reviewed, or
 * registered with an initial access token. Everybody else is only what they say about themselves.
 */
export function isTrustedClient(client: Client | undefined): boolean {
  return client !== undefined && (client.origin !== 'open' || client.reviewedAt !== null)
}

function dataOf(changes: ClientChanges): Prisma.ClientUpdateManyMutationInput {
  const { name, metadata, secretHash, scopeCeiling, reviewed, suspended } = changes
  return {
    ...(name !== undefined && { name }),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    ...(secretHash !== undefined && { secretHash }),
    ...(scopeCeiling !== undefined && {
      scopeCeiling: scopeCeiling && ceilingText(scopeCeiling),
    }),
    ...(reviewed !== undefined && {
      reviewedAt: reviewed ? now() : null,
      reviewedBy: reviewed ? reviewed.by : null,
    }),
    ...(suspended !== undefined && { suspendedAt: suspended ? now() : null }),
  }
}

/** No company can be named without the required scope: a ceiling always holds it. */
function ceilingText(scopes: readonly Scope[]): string {
  return [...new Set([requiredScope, ...scopes])].join(' ')
}

function clientOf(row: ClientRow): Client {
  return { ...registeredAs(row), origin: row.origin as ClientOrigin }
}

/** Reads what the table keeps as text. */
export function registeredAs<Row extends Pick<ClientRow, 'metadata' | 'scopeCeiling'>>(row: Row) {
  return {
    ...row,
    metadata: JSON.parse(row.metadata) as ClientMetadata,
    scopeCeiling: row.scopeCeiling === null ? undefined : (row.scopeCeiling.split(' ') as Scope[]),
  }
}
