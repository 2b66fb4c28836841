import { randomUUID } from 'node:crypto'
import type { Prisma } from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
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
  waiting: Prisma.AuditEventCreateManyInput[]
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
    while (journal.waiting.length > 0) {
      const data = journal.waiting.splice(0, largestBatch)
      await database.prisma.auditEvent.createMany({ data })
    }
  } finally {
    journal.writing = undefined
  }
}

function rowOf(event: AuditEvent): Prisma.AuditEventCreateManyInput {
  return {
    id: randomUUID(),
    at: now(),
    type: event.type,
    personId: event.personId ?? null,
    clientId: event.clientId ?? null,
    grantId: event.grantId ?? null,
    correlationId: event.correlationId ?? null,
    address: event.address ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  }
}
