import type { ServerContext } from '../../context.ts'
import { exportTypes, sendAuditExport } from '../audit/audit-export.ts'
import { auditFilterSchema, listAuditEvents } from '../audit/audit-log.ts'
import { auditEventSchema, describeEvent } from '../audit/event-json.ts'
import { pageParameters } from '../paging.ts'
import { listOf, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'

/** The audit log, a page at a time, or all that matches as a file. */
export function auditOperations({ database }: ServerContext): Operation[] {
  const tag = 'Audit log'
  return [
    operation({
      id: 'listAuditEvents',
      method: 'get',
      path: '/audit',
      tag,
      summary: 'Events, newest first',
      query: auditFilterSchema.extend(pageParameters),
      answer: listSchema(auditEventSchema),
      async run({ query: { limit, cursor, ...filter } }) {
        return listOf(await listAuditEvents(database, filter, { limit, cursor }), describeEvent)
      },
    }),
    operation({
      id: 'exportAuditEventsAsCsv',
      method: 'get',
      path: '/audit.csv',
      tag,
      summary: 'Every event that matches, newest first, as CSV (RFC 4180) with a header',
      query: auditFilterSchema,
      download: exportTypes.csv,
      run: ({ ctx, query }) => sendAuditExport(ctx, database, query, 'csv'),
    }),
    operation({
      id: 'exportAuditEventsAsJsonLines',
      method: 'get',
      path: '/audit.jsonl',
      tag,
      summary: 'Every event that matches, newest first, one JSON object to a line',
      query: auditFilterSchema,
      download: exportTypes.jsonl,
      run: ({ ctx, query }) => sendAuditExport(ctx, database, query, 'jsonl'),
    }),
  ]
}
