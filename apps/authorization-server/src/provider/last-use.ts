import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import type { GrantFacts } from './grant-facts.ts'

const touchGrant = statement(
  'touch_grant',
  `UPDATE "Grant" SET "lastUsedAt" = $2
   WHERE "id" = $1 AND ("lastUsedAt" IS NULL OR "lastUsedAt" < $3)`,
)

const touchClient = statement(
  'touch_client',
  `UPDATE "Client" SET "lastUsedAt" = $2
   WHERE "clientId" = $1 AND ("lastUsedAt" IS NULL OR "lastUsedAt" < $3)`,
)

/** "Last used" is exact to a minute: a busy app does not write with every token. */
const exactToMs = 60_000

/**
 * Notes that a client got tokens, or that its token was used at the resource server: people see when an app was last there,
 * and a client that nobody uses any more is not kept for ever.
 *
 * @param facts of the grant; undefined when the client speaks for itself
 */
export async function noteUse(
  database: Database,
  clientId: string,
  facts: GrantFacts | undefined,
): Promise<void> {
  const at = now()
  const before = new Date(at.getTime() - exactToMs)
  const isNoted = (lastUsedAt: Date | null | undefined) => lastUsedAt && lastUsedAt >= before
  if (facts && !isNoted(facts.lastUsedAt)) {
    await database.query(touchGrant, [facts.grantId, at, before])
  }
  if (!isNoted(facts?.clientLastUsedAt)) await database.query(touchClient, [clientId, at, before])
}
