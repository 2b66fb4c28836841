import { type Role, roleHolds, roleNames } from '@neonpanel/contracts/roles'
import { parseScope, resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { type ToolName, toolNames, toolScopes } from '@neonpanel/contracts/tool-catalogue'
import type { Database } from '@neonpanel/database/open'

/** Who and what has to do with a scope. */
export interface ScopeHolders {
  readonly scope: Scope
  readonly roles: readonly Role[]
  /** Tools whose call needs the scope, alone or among others. */
  readonly tools: readonly ToolName[]
  /** People who hold it in at least one company. */
  readonly people: number
  /** Grants that hold it now. */
  readonly activeGrants: number
}

export async function listScopeHolders({ prisma }: Database): Promise<ScopeHolders[]> {
  const memberships = await prisma.membership.findMany({
    where: { person: { suspendedAt: null } },
    select: { personId: true, role: true },
  })
  const grants = await prisma.grant.groupBy({
    by: ['scope'],
    where: { revokedAt: null, expiresAt: { gt: new Date() } },
    _count: true,
  })
  return resourceScopes.map((scope) => {
    const roles = roleNames.filter((role) => roleHolds(role, scope))
    const holders = memberships.filter(({ role }) => (roles as readonly string[]).includes(role))
    return {
      scope,
      roles,
      tools: toolNames.filter((tool) => (toolScopes[tool] as readonly Scope[]).includes(scope)),
      people: new Set(holders.map(({ personId }) => personId)).size,
      activeGrants: grants
        .filter((grant) => parseScope(grant.scope).includes(scope))
        .reduce((total, { _count }) => total + _count, 0),
    }
  })
}
