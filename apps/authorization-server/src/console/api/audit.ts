import type Router from '@koa/router'
import type { ServerContext } from '../../context.ts'
import {
  type AuditEvent,
  auditDetail,
  auditFilterSchema,
  listAuditEvents,
} from '../audit/audit-log.ts'
import { listOf } from './answers.ts'
import { readQuery } from './input.ts'

/** `GET /audit`: newest first, see `auditFilterSchema` for the filter. */
export function serveAudit(router: Router, { database }: ServerContext): void {
  router.get('/audit', async (ctx) => {
    const { limit, cursor, ...filter } = readQuery(ctx, auditFilterSchema)
    ctx.body = listOf(await listAuditEvents(database, filter, { limit, cursor }), describeEvent)
  })
}

/** An event on the wire; `at` is ISO 8601 to the millisecond, because order matters here. */
export function describeEvent(event: AuditEvent) {
  return {
    id: event.id,
    at: event.at.toISOString(),
    type: event.type,
    person_id: event.personId,
    client_id: event.clientId,
    grant_id: event.grantId,
    correlation_id: event.correlationId,
    address: event.address,
    detail: auditDetail(event),
  }
}
