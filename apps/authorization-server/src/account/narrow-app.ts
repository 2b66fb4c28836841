import { isScope, requiredScope } from '@neonpanel/contracts/scopes'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { findGrantFacts, type GrantFacts } from '../provider/grant-facts.ts'
import { revokeGrant } from '../provider/grants.ts'
import type { ConnectedApp } from './connected-apps.ts'

/** What a person leaves an app of what it has. */
export interface Kept {
  readonly scopes: ReadonlySet<string>
  /** `all` keeps what each connection covers. */
  readonly companies: 'all' | ReadonlySet<string>
}

type GrantContext = Pick<ServerContext, 'database'>

/** Identity scopes that tell an app something; without the others its sign-in would break. */
export const optionalIdentityScopes = ['profile', 'email'] as const

/**
 * Takes from an app what the person did not keep, in every grant that it holds, at once and without disconnecting it. Nothing
 * is ever added: a grant keeps what it had and the person kept. One that reaches no company afterwards ends.
 *
 * @returns false when nothing of a company would be left: that is a revocation, which the person asks for by its name
 */
export async function narrowApp(
  context: GrantContext,
  { grants, companies, scopes }: Pick<ConnectedApp, 'grants' | 'companies' | 'scopes'>,
  kept: Kept,
  correlationId: string | undefined,
): Promise<boolean> {
  const keepsCompany = companies.some(({ companyId }) => keeps(kept, companyId))
  if (scopes.some(isScope) && !keepsCompany) return false
  for (const { grantId } of grants) await narrowGrant(context, grantId, kept, correlationId)
  return true
}

function keeps({ companies }: Kept, companyId: string): boolean {
  return companies === 'all' || companies.has(companyId)
}

/** Of two at the same moment neither gives back what the other took: the row must still be as it was read. */
async function narrowGrant(
  context: GrantContext,
  grantId: string,
  kept: Kept,
  correlationId: string | undefined,
): Promise<void> {
  const { database } = context
  for (;;) {
    const row = await database.prisma.grant.findUnique({
      where: { id: grantId },
      select: { scope: true, companies: true, companyIds: true },
    })
    const facts = await findGrantFacts(database, grantId)
    if (!row || !facts?.isLive) return
    const narrower = { ...row, ...narrowed(facts, kept) }
    if (JSON.stringify(narrower) === JSON.stringify(row)) return
    if (narrower.companies === 'selected' && narrower.companyIds === '[]' && hasResource(facts)) {
      await revokeGrant(context, grantId, 'person', correlationId)
      return
    }
    const { count } = await database.prisma.grant.updateMany({
      where: { id: grantId, revokedAt: null, ...row },
      data: narrower,
    })
    if (count === 0) continue
    await recordAudit(database, {
      type: 'grant.narrowed',
      personId: facts.person.id,
      clientId: facts.clientId,
      grantId,
      correlationId,
      detail: { by: 'person', from: row, to: narrower },
    })
    return
  }
}

function narrowed(facts: GrantFacts, kept: Kept) {
  const scope = [...facts.scopes].filter((name) => isKept(name, kept)).join(' ')
  if (kept.companies === 'all') return { scope }
  const ids = [...facts.companies.keys()].filter((id) => keeps(kept, id))
  return { scope, companies: 'selected', companyIds: JSON.stringify(ids) }
}

function isKept(scope: string, { scopes }: Kept): boolean {
  const isOptional = isScope(scope) || (optionalIdentityScopes as readonly string[]).includes(scope)
  return !isOptional || scope === requiredScope || scopes.has(scope)
}

function hasResource({ scopes }: GrantFacts): boolean {
  return [...scopes].some(isScope)
}
