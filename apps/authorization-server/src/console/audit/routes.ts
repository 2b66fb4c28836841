import type Router from '@koa/router'
import { listClients } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { readPage } from '../paging.ts'
import { show } from '../show.ts'
import { namesOfPeople } from '../users/administration.ts'
import { type AuditEvent, auditFilterSchema, listAuditEvents, listAuditTypes } from './audit-log.ts'
import { auditPage } from './pages.ts'

const filterOfPage = auditFilterSchema.omit({ limit: true, cursor: true })

export function auditRoutes(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/audit', async (ctx) => {
    const query = [...new URLSearchParams(ctx.querystring)].filter(([, value]) => value !== '')
    const { data: filter = {} } = filterOfPage.safeParse(Object.fromEntries(query))
    const events = await listAuditEvents(database, filter, readPage(ctx))
    const main = auditPage({
      events,
      filter,
      types: await listAuditTypes(database),
      names: await namesIn(context, events.rows),
    })
    show(context, ctx, { title: 'Audit log', section: '/console/audit', main })
  })
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
