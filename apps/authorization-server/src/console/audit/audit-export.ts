import { pipeline, Readable } from 'node:stream'
import type { Database } from '@neonpanel/database/open'
import { now } from '@neonpanel/process/clock'
import { stringify } from 'csv-stringify'
import type { Context } from 'koa'
import type { PageRequest } from '../paging.ts'
import { type AuditEvent, type AuditFilter, listAuditEvents } from './audit-log.ts'
import { describeEvent } from './event-json.ts'

/** Events read at once: a file of any length takes the memory of this many. */
const batch = 500

/** What the audit log can be saved as, by the end of the file's name. */
export const exportTypes = { csv: 'text/csv', jsonl: 'application/jsonl' } as const

export type ExportFormat = keyof typeof exportTypes

/** Answers with every event that matches, newest first, as a file that is written while it is read. */
export function sendAuditExport(
  ctx: Context,
  database: Database,
  filter: AuditFilter,
  format: ExportFormat,
): void {
  const lines = format === 'csv' ? csvLines(database, filter) : jsonLines(database, filter)
  ctx.attachment(`audit-log-${now().toISOString().slice(0, 10)}.${format}`)
  ctx.type = exportTypes[format]
  ctx.body = lines
}

const columns = [
  'at',
  'type',
  'person_id',
  'client_id',
  'grant_id',
  'correlation_id',
  'address',
  'detail',
  'id',
] as const satisfies (keyof ReturnType<typeof describeEvent>)[]

/** RFC 4180 with a header. A value that a spreadsheet would run as a formula is made text by an apostrophe. */
function csvLines(database: Database, filter: AuditFilter): Readable {
  const writer = stringify({
    header: true,
    columns,
    record_delimiter: '\r\n',
    escape_formulas: true,
  })
  const rows = Readable.from(eachEvent(database, filter)).map((event: AuditEvent) => ({
    ...describeEvent(event),
    detail: event.detail,
  }))
  // A failure while reading ends the answer short of its end, which the receiver notices.
  return pipeline(rows, writer, () => {})
}

function jsonLines(database: Database, filter: AuditFilter): Readable {
  return Readable.from(eachEvent(database, filter)).map(
    (event: AuditEvent) => `${JSON.stringify(describeEvent(event))}\n`,
  )
}

async function* eachEvent(database: Database, filter: AuditFilter): AsyncGenerator<AuditEvent> {
  let cursor: PageRequest['cursor']
  do {
    const { rows } = await listAuditEvents(database, filter, { limit: batch, cursor })
    yield* rows
    cursor = rows.length === batch ? rows.at(-1) : undefined
  } while (cursor)
}
