import type Router from '@koa/router'
import type { Context } from 'koa'
import { listClients } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { readPage } from '../paging.ts'
import { show } from '../show.ts'
import { namesOfPeople } from '../users/administration.ts'
import { type ExportFormat, exportTypes, sendAuditExport } from './audit-export.ts'
import {
  type AuditEvent,
  type AuditFilter,
  auditFilterSchema,
  listAuditEvents,
  listAuditTypes,
} from './audit-log.ts'
import { auditPage } from './pages.ts'

export function auditRoutes(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/audit', async (ctx) => {
    const filter = readFilter(ctx)
    const events = await listAuditEvents(database, filter ?? {}, readPage(ctx))
    const main = auditPage({
      events,
      filter: filter ?? {},
      isUnderstood: filter !== undefined,
      types: await listAuditTypes(database),
      names: await namesIn(context, events.rows),
    })
    show(context, ctx, { title: 'Audit log', section: '/console/audit', main })
  })

  for (const format of Object.keys(exportTypes) as ExportFormat[]) {
    router.get(`/audit.${format}`, (ctx) => {
      const filter = readFilter(ctx)
      if (!filter) return ctx.throw(400, 'The filter of this address makes no sense.')
      sendAuditExport(ctx, database, filter, format)
    })
  }
}

/** What a browser's time field sends: the minute, or the second, of a time that the page calls UTC. */
const fieldTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/

/** The filter in the address; undefined when it cannot be one. Empty fields count as absent. */
function readFilter(ctx: Context): AuditFilter | undefined {
  const given = [...new URLSearchParams(ctx.querystring)]
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name, asUtc(value)])
  return auditFilterSchema.safeParse(Object.fromEntries(given)).data
}

function asUtc(value: string): string {
  const [found, seconds] = fieldTime.exec(value) ?? []
  return found ? `${found}${seconds ? '' : ':00'}Z` : value
}

async function namesIn(
  context: ServerContext,
  events: readonly AuditEvent[],
): Promise<Map<string, string>> {
  const people = await namesOfPeople(
    context,
    events.map(({ personId }) => personId),
  )
  const clientIds = events.map(({ clientId }) => clientId).filter((id) => id !== null)
  const clients = await listClients(context.database, {
    where: { clientId: { in: [...new Set(clientIds)] } },
  })
  return new Map([...people, ...clients.map(({ clientId, name }) => [clientId, name] as const)])
}
