import { isRole, type Membership, permittedScopes, roles } from '@neonpanel/contracts/roles'
import { isScope, parseScope, type Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import { type Client, registeredAs } from '../clients/clients.ts'
import type { RecordKey, StoredRow } from './stored-records.ts'

/**
 * What a grant is worth at this moment: the consent as the person has left it, narrowed to what their roles still hold. The row
 * of the grant is the one truth about it; whatever is narrower there is narrower in every token from now on.
 */
export interface GrantFacts {
  readonly grantId: string
  readonly clientId: string
  readonly person: { readonly id: string; readonly email: string; readonly name: string }
  /** False once the grant ended or expired, or its person or client is suspended. */
  readonly isLive: boolean
  /** Consented companies of which the person is still a member, with what the role there holds. */
  readonly companies: ReadonlyMap<string, readonly Scope[]>
  /** Whether the consent covers companies that the person joins later. */
  readonly coversAllCompanies: boolean
  /** Granted identity scopes, and granted resource scopes that the person's roles in those companies hold. */
  readonly scopes: ReadonlySet<string>
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  readonly clientLastUsedAt: Date | null
  /** The provider's own record of the grant. */
  readonly record: StoredRow | undefined
}

interface FactsRow {
  readonly grantPayload: string | null
  readonly id: string | null
  readonly clientId: string
  readonly scope: string
  readonly companies: string
  readonly companyIds: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
  readonly personId: string
  readonly email: string
  readonly name: string
  readonly personSuspendedAt: Date | null
  readonly clientSuspendedAt: Date | null
  readonly clientLastUsedAt: Date | null
  /** Role and company of each, as `memberships` writes them; null when there is none. */
  readonly memberships: string | null
}

/** A client as the provider needs it. */
export type KnownClient = Pick<
  Client,
  'clientId' | 'name' | 'metadata' | 'secretHash' | 'scopeCeiling' | 'suspendedAt'
>

interface SourceRow extends StoredRow, FactsRow {
  readonly clientName: string | null
  readonly clientMetadata: string
  readonly clientSecretHash: string | null
  readonly clientScopeCeiling: string | null
}

/** A code or refresh token as it is stored, and all that a token request needs to know besides. */
export interface StoredSource {
  readonly row: StoredRow
  /** Undefined when its grant is gone. */
  readonly facts: GrantFacts | undefined
  /** The client of the grant; undefined where the directory does not know it. */
  readonly client: KnownClient | undefined
}

/** In one column, so that nothing else is repeated with each: `role/company`, one a line; no role has a slash. */
const memberships = `SELECT string_agg(m."role" || '/' || m."companyId", '\n' ORDER BY m."companyId")
  FROM "Membership" m WHERE m."personId" = g."personId"`

const factsColumns = `o."payload" AS "grantPayload", g."id", g."clientId", g."scope", g."companies", g."companyIds",
  g."createdAt", g."expiresAt", g."revokedAt", g."lastUsedAt", p."id" AS "personId", p."email", p."name", p."suspendedAt" AS "personSuspendedAt",
  c."suspendedAt" AS "clientSuspendedAt", c."lastUsedAt" AS "clientLastUsedAt", (${memberships}) AS "memberships"`

const factsJoins = `LEFT JOIN "OidcRecord" o ON o."kind" = 'Grant' AND o."idHash" = g."id"
  LEFT JOIN "Person" p ON p."id" = g."personId"
  LEFT JOIN "Client" c ON c."clientId" = g."clientId"`

const findFacts = statement(
  'find_grant_facts',
  `SELECT ${factsColumns} FROM "Grant" g ${factsJoins} WHERE g."id" = $1`,
)

const findOfPerson = statement(
  'find_live_grants_of_person',
  `SELECT ${factsColumns} FROM "Grant" g ${factsJoins}
   WHERE g."personId" = $1 AND g."revokedAt" IS NULL AND g."expiresAt" > $2
   ORDER BY g."createdAt" DESC, g."id"`,
)

const findSource = statement(
  'find_record_with_grant_facts',
  `SELECT r."payload", r."consumedAt", c."name" AS "clientName", c."metadata" AS "clientMetadata",
     c."secretHash" AS "clientSecretHash", c."scopeCeiling" AS "clientScopeCeiling", ${factsColumns}
   FROM "OidcRecord" r LEFT JOIN "Grant" g ON g."id" = r."grantId" ${factsJoins}
   WHERE r."kind" = $1 AND r."idHash" = $2`,
)

/** A grant's facts by its id; undefined when there is no such grant. */
export async function findGrantFacts(
  database: Database,
  grantId: string,
): Promise<GrantFacts | undefined> {
  const [row] = await database.query<FactsRow>(findFacts, [grantId])
  return row && factsOf(row)
}

/** The live grants of a person, the newest row. */
export async function findLiveGrantsOfPerson(
  database: Database,
  personId: string,
): Promise<GrantFacts[]> {
  const rows = await database.query<FactsRow>(findOfPerson, [personId, now()])
  return rows.flatMap((row) => factsOf(row) ?? []).filter(({ isLive }) => isLive)
}

/** A code or refresh token together with the facts of its grant and its client, in one statement: the hot path. */
export async function findStoredSource(
  database: Database,
  { kind, idHash }: RecordKey,
): Promise<StoredSource | undefined> {
  const [row] = await database.query<SourceRow>(findSource, [kind, idHash])
  return row && { row, facts: factsOf(row), client: clientOf(row) }
}

const perRequest = new WeakMap<object, Map<string, GrantFacts>>()

/** Keeps facts for the rest of a request: what the provider asks next about the grant, nobody asks the database again. */
export function rememberFacts(request: object | undefined, facts: GrantFacts | undefined): void {
  if (!request || !facts) return
  const known = perRequest.get(request)
  if (known) known.set(facts.grantId, facts)
  else perRequest.set(request, new Map([[facts.grantId, facts]]))
}

export function rememberedFacts(
  request: object | undefined,
  grantId: string | undefined,
): GrantFacts | undefined {
  return request && grantId ? perRequest.get(request)?.get(grantId) : undefined
}

function factsOf(row: FactsRow): GrantFacts | undefined {
  if (!row.id) return undefined
  const memberships = consentedMemberships(row)
  const permitted = new Set<string>(permittedScopes(memberships))
  const granted = parseScope(row.scope)
  return {
    grantId: row.id,
    clientId: row.clientId,
    person: { id: row.personId, email: row.email, name: row.name },
    isLive:
      row.revokedAt === null &&
      row.expiresAt.getTime() > Date.now() &&
      row.personSuspendedAt === null &&
      row.clientSuspendedAt === null,
    companies: new Map(memberships.map(({ companyId, role }) => [companyId, roles[role]])),
    coversAllCompanies: row.companies === 'all',
    scopes: new Set(granted.filter((scope) => !isScope(scope) || permitted.has(scope))),
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
    clientLastUsedAt: row.clientLastUsedAt,
    record: row.grantPayload ? { payload: row.grantPayload, consumedAt: null } : undefined,
  }
}

function clientOf(row: SourceRow): KnownClient | undefined {
  if (row.clientName === null) return undefined
  return registeredAs({
    clientId: row.clientId,
    name: row.clientName,
    metadata: row.clientMetadata,
    secretHash: row.clientSecretHash,
    scopeCeiling: row.clientScopeCeiling,
    suspendedAt: row.clientSuspendedAt,
  })
}

function consentedMemberships(grant: FactsRow): Membership[] {
  if (grant.memberships === null) return []
  const selected = new Set<string>(grant.companies === 'all' ? [] : JSON.parse(grant.companyIds))
  return grant.memberships.split('\n').flatMap((membership) => {
    const [role = ''] = membership.split('/', 1)
    const companyId = membership.slice(role.length + 1)
    const isConsented = grant.companies === 'all' || selected.has(companyId)
    return isConsented && isRole(role) ? [{ companyId, role }] : []
  })
}
