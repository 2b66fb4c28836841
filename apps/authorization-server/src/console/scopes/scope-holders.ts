import type { Role } from '@neonpanel/contracts/roles'
import { parseScope, resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { type ToolName, toolNames, toolScopes } from '@neonpanel/contracts/tool-catalogue'
import type { Database } from '@neonpanel/database/open'
import { rolesHolding } from '../users/administration.ts'

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
  /** Clients of those grants, those with the most first. */
  readonly clients: readonly { readonly clientId: string; readonly activeGrants: number }[]
}

export async function listScopeHolders({ prisma }: Database): Promise<ScopeHolders[]> {
  const memberships = await prisma.membership.groupBy({
    by: ['personId', 'role'],
    where: { person: { suspendedAt: null } },
  })
  const grants = await prisma.grant.groupBy({
    by: ['scope', 'clientId'],
    where: { revokedAt: null, expiresAt: { gt: new Date() } },
    _count: true,
  })
  return resourceScopes.map((scope) => {
    const roles = rolesHolding(scope)
    const holders = memberships.filter(({ role }) => (roles as readonly string[]).includes(role))
    const clients = new Map<string, number>()
    for (const { clientId, scope: granted, _count } of grants) {
      if (!parseScope(granted).includes(scope)) continue
      clients.set(clientId, (clients.get(clientId) ?? 0) + _count)
    }
    return {
      scope,
      roles,
      tools: toolNames.filter((tool) => (toolScopes[tool] as readonly Scope[]).includes(scope)),
      people: new Set(holders.map(({ personId }) => personId)).size,
      activeGrants: clients.values().reduce((total, count) => total + count, 0),
      clients: [...clients]
        .map(([clientId, activeGrants]) => ({ clientId, activeGrants }))
        .toSorted((a, b) => b.activeGrants - a.activeGrants),
    }
  })
}
