import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import { findPersonByEmail } from '../../people/directory.ts'
import { newestFirst, type Page, type PageRequest, pageOf } from '../paging.ts'

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
export type AuditEvent = Awaited<ReturnType<typeof listAuditEvents>>['rows'][number]

export async function listAuditEvents(
  database: Database,
  filter: AuditFilter,
  request: PageRequest,
) {
  const { after, order } = newestFirst(request, 'at', 'id')
  const found = await database.prisma.auditEvent.findMany({
    where: { AND: [await conditions(database, filter), after] },
    ...order,
  })
  const page: Page<(typeof found)[number]> = pageOf(found, request.limit, ({ at, id }) => ({
    at,
    id,
  }))
  return page
}

async function conditions(database: Database, filter: AuditFilter) {
  const { type, person_id, since, until } = filter
  const person = person_id?.includes('@') && (await findPersonByEmail(database, person_id))
  return {
    ...(type && { type: type.endsWith('.') ? { startsWith: type } : type }),
    ...(person_id && { personId: person ? person.id : person_id }),
    ...(filter.client_id && { clientId: filter.client_id }),
    ...(filter.grant_id && { grantId: filter.grant_id }),
    ...(filter.correlation_id && { correlationId: filter.correlation_id }),
    ...((since || until) && {
      at: { ...(since && { gte: new Date(since) }), ...(until && { lt: new Date(until) }) },
    }),
  }
}

/** The names of events that the log holds, in alphabetical order. */
export async function listAuditTypes({ prisma }: Database): Promise<string[]> {
  const rows = await prisma.auditEvent.groupBy({ by: ['type'], orderBy: { type: 'asc' } })
  return rows.map(({ type }) => type)
}

/** The further ids and reasons of an event. */
export function auditDetail({ detail }: Pick<AuditEvent, 'detail'>): Record<string, unknown> {
  return JSON.parse(detail)
}
