import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Database } from '@neonpanel/database/open'
import type { SqlValue } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'

/** What happened, with ids only: never a token, code, password or secret. */
export interface AuditEvent {
  /** Dotted name: `sign_in.succeeded`, `consent.granted`, `token.issued`, `grant.revoked`, … */
  readonly type: `${string}.${string}`
  readonly personId?: string | undefined
  readonly clientId?: string | undefined
  readonly grantId?: string | undefined
  /** Ties the event to the request that caused it. */
  readonly correlationId?: string | undefined
  /** Network address of the caller. */
  readonly address?: string | undefined
  /** Further ids and reasons. */
  readonly detail?: Record<string, unknown> | undefined
}

interface Journal {
  waiting: SqlValue[][]
  writing: Promise<void> | undefined
}

const journals = new WeakMap<Database, Journal>()

/** Rows of one insert; PostgreSQL takes 65,535 parameters. */
const largestBatch = 500

/**
 * Keeps an event. Resolves when it is stored: await it where the answer must not leave before (a revocation), catch it
 * where the answer does not wait (a token). Events that arrive while others are written go into one insert.
 */
export function recordAudit(database: Database, event: AuditEvent): Promise<void> {
  const journal = journalOf(database)
  journal.waiting.push(rowOf(event))
  journal.writing ??= writeWaiting(database, journal)
  return journal.writing
}

/** Resolves when every event so far is stored. */
export async function auditSettled(database: Database): Promise<void> {
  await journals.get(database)?.writing
}

function journalOf(database: Database): Journal {
  const known = journals.get(database)
  if (known) return known
  const journal: Journal = { waiting: [], writing: undefined }
  journals.set(database, journal)
  return journal
}

async function writeWaiting(database: Database, journal: Journal): Promise<void> {
  try {
    // What else is answered in this turn of the event loop goes along.
    await setImmediate()
    while (journal.waiting.length > 0) {
      const rows = journal.waiting.splice(0, largestBatch)
      await database.insertRows('AuditEvent', columns, rows)
    }
  } finally {
    journal.writing = undefined
  }
}

const columns = [
  'id',
  'at',
  'type',
  'personId',
  'clientId',
  'grantId',
  'correlationId',
  'address',
  'detail',
]

function rowOf(event: AuditEvent): SqlValue[] {
  return [
    randomUUID(),
    now(),
    event.type,
    event.personId ?? null,
    event.clientId ?? null,
    event.grantId ?? null,
    event.correlationId ?? null,
    event.address ?? null,
    JSON.stringify(event.detail ?? {}),
  ]
}
