import { isScope, parseScope, requiredScope, resourceScopes } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'

/** Long enough for a person to sign in, short enough that what asks later asks for itself. */
const lifetimeMs = 15 * 60_000

/** A challenge of the resource server to the holder of a token, remembered with the token's grant. */
export interface ScopeChallenge {
  readonly grantId: string
  /** As it is stored. */
  readonly scope: string
}

const remember = statement(
  'remember_scope_challenge',
  `INSERT INTO "ScopeChallenge" ("grantId", "scope", "expiresAt") VALUES ($1, $2, $3)
   ON CONFLICT ("grantId", "scope") DO UPDATE SET "expiresAt" = excluded."expiresAt"`,
)

const spend = statement(
  'spend_scope_challenge',
  'DELETE FROM "ScopeChallenge" WHERE "grantId" = $1 AND "scope" = $2 RETURNING "grantId"',
)

// Of the newest live grant alone: whoever authorized anew since then has started anew.
const findFresh = statement(
  'find_fresh_scope_challenges',
  `SELECT c."grantId", c."scope", g."scope" AS "granted"
   FROM "Grant" g JOIN "ScopeChallenge" c ON c."grantId" = g."id"
   WHERE g."personId" = $1 AND g."clientId" = $2 AND g."revokedAt" IS NULL AND g."expiresAt" > $3
   AND c."expiresAt" > $3 AND NOT EXISTS (
     SELECT 1 FROM "Grant" newer
     WHERE newer."personId" = $1 AND newer."clientId" = $2 AND newer."revokedAt" IS NULL
     AND newer."expiresAt" > $3 AND newer."createdAt" > g."createdAt"
   )`,
)

/** Remembers that a token of the grant was refused for these scopes; what is no resource scope is left out. */
export async function rememberScopeChallenge(
  database: Database,
  grantId: string,
  scope: string,
): Promise<void> {
  const challenged = parseScope(scope)
  const known = resourceScopes.filter((name) => challenged.includes(name))
  if (known.length === 0) return
  const expiresAt = new Date(now().getTime() + lifetimeMs)
  await database.query(remember, [grantId, known.join(' '), expiresAt])
}

/** The fresh challenge to a client of this person that a request for these scopes answers, if there is one. */
export async function findAnsweredChallenge(
  database: Database,
  { personId, clientId, scopes }: { personId: string; clientId: string; scopes: readonly string[] },
): Promise<ScopeChallenge | undefined> {
  const fresh = await database.query<ScopeChallenge & { granted: string }>(findFresh, [
    personId,
    clientId,
    now(),
  ])
  const answered = fresh.find(({ scope, granted }) =>
    answersChallenge({
      requested: scopes.filter(isScope),
      granted: parseScope(granted).filter(isScope),
      challenged: parseScope(scope),
    }),
  )
  return answered && { grantId: answered.grantId, scope: answered.scope }
}

/** A challenge is answered once. @returns false when it has been already, or has expired and is gone */
export async function spendScopeChallenge(
  database: Database,
  { grantId, scope }: ScopeChallenge,
): Promise<boolean> {
  return (await database.query(spend, [grantId, scope])).length > 0
}

/**
 * Whether a request asks for exactly what a challenge named and the grant lacks: by itself, as v1 of the MCP TypeScript SDK
 * does, or on top of all that was granted. Who asks for it together with some of what was granted makes a choice anew.
 */
export function answersChallenge({
  requested,
  granted,
  challenged,
}: Readonly<Record<'requested' | 'granted' | 'challenged', readonly string[]>>): boolean {
  const isLacking = (scope: string) => scope !== requiredScope && !granted.includes(scope)
  const asked = new Set(requested.filter(isLacking))
  const lacking = new Set(challenged.filter(isLacking))
  if (lacking.size === 0 || asked.symmetricDifference(lacking).size > 0) return false
  const isChallenged = (scope: string) => scope === requiredScope || challenged.includes(scope)
  return requested.every(isChallenged) || granted.every((scope) => requested.includes(scope))
}
