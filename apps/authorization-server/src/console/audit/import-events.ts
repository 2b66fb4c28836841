import type { Database } from '@neonpanel/database/open'
import { newestFirst, type PageRequest } from '../paging.ts'

/** Name of the one event that the resource server keeps, in the ledger: what people’s apps import. */
export const importEventType = 'import.committed'

/** What narrows events, whoever keeps them. */
export interface EventConditions {
  readonly personId?: string
  readonly clientId?: string
  readonly correlationId?: string
  readonly at?: { readonly gte?: Date; readonly lt?: Date }
}

/** Committed imports as events of the audit log: a page of them, newest first, and one more. */
export async function listImportEvents(
  { prisma }: Database,
  { at, ...same }: EventConditions,
  request: PageRequest,
) {
  const { after, order } = newestFirst(request, 'createdAt', 'id')
  const runs = await prisma.importRun.findMany({
    where: { AND: [{ ...same, ...(at && { createdAt: at }) }, after] },
    ...order,
    select: {
      id: true,
      createdAt: true,
      personId: true,
      clientId: true,
      correlationId: true,
      detail: true,
    },
  })
  return runs.map(({ createdAt, ...run }) => ({
    ...run,
    at: createdAt,
    type: importEventType,
    grantId: null,
    address: null,
  }))
}
