import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import { findPersonByEmail } from '../../people/directory.ts'
import { newestFirst, type Page, type PageRequest, pageOf } from '../paging.ts'
import { type EventConditions, importEventType, listImportEvents } from './import-events.ts'

/** How the audit log can be narrowed, in a query string: every given condition must hold. */
export const auditFilterSchema = z.object({
  type: z
    .string()
    .max(80)
    .optional()
    .describe('A whole name (`token.issued`) or its first part with a dot (`token.`)'),
  person_id: z.string().max(320).optional().describe('Person id or e-mail address'),
  client_id: z.string().max(2_048).optional(),
  grant_id: z.string().max(100).optional(),
  correlation_id: z.string().max(100).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
})

export type AuditFilter = z.output<typeof auditFilterSchema>

/** What happened, with ids only. */
export type AuditEvent = Awaited<ReturnType<typeof listOwnEvents>>[number]

/** Events of this server, and imports of the resource server, newest first. */
export async function listAuditEvents(
  database: Database,
  filter: AuditFilter,
  request: PageRequest,
): Promise<Page<AuditEvent>> {
  const where = await conditions(database, filter)
  const [own, imports] = await Promise.all([
    listOwnEvents(database, filter, where, request),
    wantsImports(filter) ? listImportEvents(database, where, request) : [],
  ])
  const found = imports.length === 0 ? own : [...own, ...imports].sort(newerFirst)
  return pageOf(found, request.limit, ({ at, id }) => ({ at, id }))
}

async function listOwnEvents(
  { prisma }: Database,
  { type, grant_id }: AuditFilter,
  where: EventConditions,
  request: PageRequest,
) {
  const { after, order } = newestFirst(request, 'at', 'id')
  const own = {
    ...where,
    ...(type && { type: type.endsWith('.') ? { startsWith: type } : type }),
    ...(grant_id && { grantId: grant_id }),
  }
  return prisma.auditEvent.findMany({ where: { AND: [own, after] }, ...order })
}

/** The ledger does not know which grant an import came through. */
function wantsImports({ type = importEventType, grant_id }: AuditFilter): boolean {
  if (grant_id) return false
  return type.endsWith('.') ? importEventType.startsWith(type) : importEventType === type
}

/** Both lists are in order. In one instant an import comes first: its id sorts behind those of the other events. */
function newerFirst(a: AuditEvent, b: AuditEvent): number {
  const isImport = ({ type }: AuditEvent) => Number(type === importEventType)
  return b.at.getTime() - a.at.getTime() || isImport(b) - isImport(a)
}

async function conditions(database: Database, filter: AuditFilter): Promise<EventConditions> {
  const { person_id, since, until } = filter
  const person = person_id?.includes('@') && (await findPersonByEmail(database, person_id))
  return {
    ...(person_id && { personId: person ? person.id : person_id }),
    ...(filter.client_id && { clientId: filter.client_id }),
    ...(filter.correlation_id && { correlationId: filter.correlation_id }),
    ...((since || until) && {
      at: { ...(since && { gte: new Date(since) }), ...(until && { lt: new Date(until) }) },
    }),
  }
}

/** The names of events that the log holds, in alphabetical order. */
export async function listAuditTypes({ prisma }: Database): Promise<string[]> {
  const [rows, someImport] = await Promise.all([
    prisma.auditEvent.groupBy({ by: ['type'], orderBy: { type: 'asc' } }),
    prisma.importRun.findFirst({ select: { id: true } }),
  ])
  const types = rows.map(({ type }) => type)
  return someImport ? [...types, importEventType].sort() : types
}

/** The further ids and reasons of an event. */
export function auditDetail({ detail }: Pick<AuditEvent, 'detail'>): Record<string, unknown> {
  return JSON.parse(detail)
}
