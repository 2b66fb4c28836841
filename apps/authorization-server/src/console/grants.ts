import type { Database } from '@neonpanel/database/open'
import { revokeGrant, revokeGrantsOfClient } from '../provider/grants.ts'
import type { Actor } from './actor.ts'
import { newestFirst, type PageRequest, pageOf } from './paging.ts'

/** Which grants to list: of a person, of a client, and whether they still hold. */
export interface GrantFilter {
  readonly personId?: string | undefined
  readonly clientId?: string | undefined
  readonly active?: boolean | undefined
}

/** A grant with the person who gave it. */
export type ListedGrant = Awaited<ReturnType<typeof listGrants>>['rows'][number]

export async function listGrants({ prisma }: Database, filter: GrantFilter, request: PageRequest) {
  const { after, order } = newestFirst(request, 'createdAt', 'id')
  const found = await prisma.grant.findMany({
    where: { AND: [conditions(filter), after] },
    include: { person: { select: { name: true, email: true } } },
    ...order,
  })
  return pageOf(found, request.limit, ({ createdAt, id }) => ({ at: createdAt, id }))
}

/** Ends a grant for an administrator. Returns false when there was none, or it had ended before. */
export async function endGrant(
  context: { readonly database: Database },
  grantId: string,
  { by, correlationId }: Actor,
): Promise<boolean> {
  return revokeGrant(context, grantId, 'administrator', correlationId, { administrator: by })
}

/** Ends everything that a client was granted; people may connect it again. Returns how many grants ended. */
export async function endGrantsOfClient(
  context: { readonly database: Database },
  clientId: string,
  { by, correlationId }: Actor,
): Promise<number> {
  const administrator = { administrator: by }
  return revokeGrantsOfClient(context, clientId, 'administrator', correlationId, administrator)
}

/** How many grants hold, by client. */
export async function countActiveGrants(
  { prisma }: Database,
  clientIds: readonly string[],
): Promise<Map<string, number>> {
  const counts = await prisma.grant.groupBy({
    by: ['clientId'],
    where: { clientId: { in: [...clientIds] }, ...active() },
    _count: true,
  })
  return new Map(counts.map(({ clientId, _count }) => [clientId, _count]))
}

function conditions({ personId, clientId, active: isActive }: GrantFilter) {
  return {
    ...(personId && { personId }),
    ...(clientId && { clientId }),
    ...(isActive === true && active()),
    ...(isActive === false && { NOT: active() }),
  }
}

function active() {
  return { revokedAt: null, expiresAt: { gt: new Date() } }
}
