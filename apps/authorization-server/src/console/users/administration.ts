import { type Role, roleHolds, roleNames } from '@neonpanel/contracts/roles'
import type { Scope } from '@neonpanel/contracts/scopes'
import { deviceKind } from '../../account/devices.ts'
import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { revokeGrantsOfPerson, revokeSessionsOfPerson } from '../../provider/grants.ts'
import type { Actor } from '../actor.ts'
import { containing, newestFirst, type PageRequest, pageOf } from '../paging.ts'

/** A person as an administrator sees them. */
export type AdministeredPerson = Awaited<ReturnType<typeof listPeople>>['rows'][number]

const administeredFields = (now: Date) =>
  ({
    id: true,
    email: true,
    name: true,
    administrator: true,
    suspendedAt: true,
    createdAt: true,
    memberships: {
      select: { companyId: true, role: true, company: { select: { name: true } } },
      orderBy: { company: { name: 'asc' } },
    },
    _count: { select: { grants: { where: { revokedAt: null, expiresAt: { gt: now } } } } },
  }) as const

/** Which people to list. */
export interface PeopleFilter {
  /** Part of a name or e-mail address, in any case. */
  readonly q?: string | undefined
  /** Only those who may hold it somewhere now. */
  readonly scope?: Scope | undefined
}

export async function listPeople(
  { database }: Pick<ServerContext, 'database'>,
  { q, scope }: PeopleFilter,
  request: PageRequest,
) {
  const { after, order } = newestFirst(request, 'createdAt', 'id')
  const matching = q && {
    OR: [{ email: containing(database, q) }, { name: containing(database, q) }],
  }
  const holding = scope && {
    suspendedAt: null,
    memberships: { some: { role: { in: rolesHolding(scope) } } },
  }
  const found = await database.prisma.person.findMany({
    where: { AND: [matching || {}, holding ?? {}, after] },
    select: administeredFields(new Date()),
    ...order,
  })
  return pageOf(found, request.limit, ({ createdAt, id }) => ({ at: createdAt, id }))
}

export async function findAdministeredPerson(
  { database }: Pick<ServerContext, 'database'>,
  id: string,
): Promise<AdministeredPerson | undefined> {
  const person = await database.prisma.person.findUnique({
    where: { id },
    select: administeredFields(new Date()),
  })
  return person ?? undefined
}

/** Shuts a person out at once: they can't sign in, their sessions end, and so does all that they granted. */
export async function suspendPerson(context: ServerContext, id: string, actor: Actor) {
  const { prisma } = context.database
  const { count } = await prisma.person.updateMany({
    where: { id, suspendedAt: null },
    data: { suspendedAt: new Date() },
  })
  await revokeSessionsOfPerson(context, id)
  await revokeGrantsOfPerson(context, id, 'suspension', actor.correlationId)
  if (count > 0) await auditPerson(context, 'person.suspended', id, actor)
}

/** Ends a person's sessions in every browser. Apps that they connected stay connected. Returns how many there were. */
export async function signOutEverywhere(
  context: ServerContext,
  personId: string,
  { by, correlationId, address }: Actor,
): Promise<number> {
  const { database } = context
  const count = await revokeSessionsOfPerson(context, personId)
  await database.prisma.oidcRecord.deleteMany({ where: { kind: deviceKind, accountId: personId } })
  const detail = { by, count }
  await recordAudit(database, { type: 'session.ended', personId, correlationId, address, detail })
  return count
}

/** Browsers in which a person is signed in now. */
export async function countSessions(
  { database }: Pick<ServerContext, 'database'>,
  personId: string,
): Promise<number> {
  return database.prisma.oidcRecord.count({
    where: { kind: 'Session', accountId: personId, expiresAt: { gt: new Date() } },
  })
}

/** Lets a suspended person sign in again. What they had granted stays ended. */
export async function reinstatePerson(context: ServerContext, id: string, actor: Actor) {
  const { count } = await context.database.prisma.person.updateMany({
    where: { id, suspendedAt: { not: null } },
    data: { suspendedAt: null },
  })
  if (count > 0) await auditPerson(context, 'person.reinstated', id, actor)
}

/** New roles by company id; null takes the person out of the company. */
export type RoleChanges = Readonly<Record<string, Role | null>>

/**
 * Changes a person's roles. What they granted goes on within the new ones: a grant is narrowed whenever it is read, so
 * that no token is worth more than the roles of the moment.
 */
export async function changeRoles(
  context: ServerContext,
  personId: string,
  changes: RoleChanges,
  actor: Actor,
): Promise<{ ok: true } | { ok: false; reason: 'unknown_company'; companyIds: string[] }> {
  const { prisma } = context.database
  const companyIds = Object.keys(changes)
  const known = await prisma.company.findMany({
    where: { id: { in: companyIds } },
    select: { id: true },
  })
  const unknown = companyIds.filter((companyId) => !known.some(({ id }) => id === companyId))
  if (unknown.length > 0) return { ok: false, reason: 'unknown_company', companyIds: unknown }

  await prisma.$transaction(
    Object.entries(changes).map(([companyId, role]) =>
      role === null
        ? prisma.membership.deleteMany({ where: { personId, companyId } })
        : prisma.membership.upsert({
            where: { personId_companyId: { personId, companyId } },
            create: { personId, companyId, role },
            update: { role },
          }),
    ),
  )
  await auditPerson(context, 'person.roles_changed', personId, actor, { roles: changes })
  return { ok: true }
}

async function auditPerson(
  { database }: ServerContext,
  type: `person.${string}`,
  personId: string,
  { by, correlationId, address }: Actor,
  detail: Record<string, unknown> = {},
) {
  await recordAudit(database, {
    type,
    personId,
    address,
    correlationId,
    detail: { by, ...detail },
  })
}

/** The roles that hold a scope. */
export function rolesHolding(scope: Scope): Role[] {
  return roleNames.filter((role) => roleHolds(role, scope))
}

/** Names by id, of those ids that are people's. */
export async function namesOfPeople(
  { database }: Pick<ServerContext, 'database'>,
  ids: readonly (string | null)[],
): Promise<Map<string, string>> {
  const people = await database.prisma.person.findMany({
    where: { id: { in: [...new Set(ids.filter((id) => id !== null))] } },
    select: { id: true, name: true },
  })
  return new Map(people.map(({ id, name }) => [id, name]))
}
