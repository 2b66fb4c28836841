import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import { newestFirst, type Page, type PageRequest, pageOf, pageParameters } from '../paging.ts'

/** How the audit log can be narrowed, in a query string: every given condition must hold. */
export const auditFilterSchema = z.object({
  /** A whole name (`token.issued`) or its first part with a dot (`token.`). */
  type: z.string().max(80).optional(),
  person_id: z.string().optional(),
  client_id: z.string().optional(),
  grant_id: z.string().optional(),
  correlation_id: z.string().optional(),
  /** ISO 8601. */
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  ...pageParameters,
})

export type AuditFilter = Omit<z.output<typeof auditFilterSchema>, keyof PageRequest>

/** What happened, with ids only. */
export type AuditEvent = Awaited<ReturnType<typeof listAuditEvents>>['rows'][number]

export async function listAuditEvents(
  { prisma }: Database,
  filter: AuditFilter,
  request: PageRequest,
) {
  const { after, order } = newestFirst(request, 'at', 'id')
  const found = await prisma.auditEvent.findMany({
    where: { AND: [conditions(filter), after] },
    ...order,
  })
  const page: Page<(typeof found)[number]> = pageOf(found, request.limit, ({ at, id }) => ({
    at,
    id,
  }))
  return page
}

function conditions(filter: AuditFilter) {
  const { type, since, until } = filter
  return {
    ...(type && { type: type.endsWith('.') ? { startsWith: type } : type }),
    ...(filter.person_id && { personId: filter.person_id }),
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
