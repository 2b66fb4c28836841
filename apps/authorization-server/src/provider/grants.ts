import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import { recordAudit } from '../audit/audit.ts'

/** Who or what ended a grant. */
export type RevokedBy =
  | 'client'
  | 'person'
  | 'password'
  | 'administrator'
  | 'suspension'
  | 'reuse'
  | 'replaced'

/** What the audit log keeps besides: which administrator it was. */
export type RevocationDetail = Readonly<{ administrator?: string }>

type GrantContext = { readonly database: Database }

const endGrant = statement(
  'end_grant',
  `UPDATE "Grant" SET "revokedAt" = $2, "revokedBy" = $3
   WHERE "id" = $1 AND "revokedAt" IS NULL
   RETURNING "personId", "clientId"`,
)

const deleteRecordsOfGrant = statement(
  'delete_records_of_grant',
  'DELETE FROM "OidcRecord" WHERE "grantId" = $1',
)

/**
 * Ends a grant: its codes, refresh tokens and stored access tokens are gone, and introspection of its JWT access tokens
 * answers inactive from now on. Every revocation ends here, whoever asks for it.
 *
 * @returns false when there was no such grant, or it had ended before
 */
export async function revokeGrant(
  { database }: GrantContext,
  grantId: string,
  by: RevokedBy,
  correlationId?: string,
  detail: RevocationDetail = {},
): Promise<boolean> {
  const [ended] = await database.transaction(async (query) => {
    const rows = await query<{ personId: string; clientId: string }>(endGrant, [grantId, now(), by])
    await query(deleteRecordsOfGrant, [grantId])
    return rows
  })
  if (!ended) return false
  await recordAudit(database, {
    type: 'grant.revoked',
    ...ended,
    grantId,
    correlationId,
    detail: { by, ...detail },
  })
  return true
}

/** Ends every grant of a person; `revokeSessionsOfPerson` ends what they are signed in to. Returns how many ended. */
export async function revokeGrantsOfPerson(
  context: GrantContext,
  personId: string,
  by: RevokedBy,
  correlationId?: string,
): Promise<number> {
  return revokeGrantsWhere(context, { personId }, by, correlationId)
}

/** Ends every grant of a client. Returns how many ended. */
export async function revokeGrantsOfClient(
  context: GrantContext,
  clientId: string,
  by: RevokedBy,
  correlationId?: string,
  detail?: RevocationDetail,
): Promise<number> {
  return revokeGrantsWhere(context, { clientId }, by, correlationId, detail)
}

/** Signs a person out of every browser. */
export async function revokeSessionsOfPerson(
  { database }: GrantContext,
  personId: string,
): Promise<number> {
  const { count } = await database.prisma.oidcRecord.deleteMany({
    where: { kind: 'Session', accountId: personId },
  })
  await endInteractionsOfPerson({ database }, personId)
  return count
}

/** Ends what a person signed in to and has not finished: going on with it would sign a browser in. */
export async function endInteractionsOfPerson(
  { database }: GrantContext,
  personId: string,
): Promise<void> {
  await database.prisma.oidcRecord.deleteMany({
    where: { kind: 'Interaction', accountId: personId },
  })
}

async function revokeGrantsWhere(
  context: GrantContext,
  where: { personId: string } | { clientId: string },
  by: RevokedBy,
  correlationId?: string,
  detail?: RevocationDetail,
): Promise<number> {
  const live = await context.database.prisma.grant.findMany({
    where: { ...where, revokedAt: null },
    select: { id: true },
  })
  let ended = 0
  for (const { id } of live) {
    if (await revokeGrant(context, id, by, correlationId, detail)) ended += 1
  }
  return ended
}
