import type { Database } from '@neonpanel/database/open'
import type { SqlValue } from '@neonpanel/database/statement'
import type { RecordedExchange } from './recorded-exchange.ts'

/** Tells every process that there are new exchanges. */
export const flowsChannel = 'flows'

/** Rows that wait at most; a database that is slower than its clients loses history, not memory. */
const mostWaiting = 2_000

/** Rows of one insert; PostgreSQL takes 65,535 parameters. */
const largestBatch = 200

/** How long an exchange waits for company on its way to the database. */
const gatherMs = 100

interface Waiting {
  readonly describe: () => RecordedExchange
  readonly onFailure: (error: unknown) => void
}

interface Journal {
  waiting: Waiting[]
  timer: NodeJS.Timeout | undefined
  writing: Promise<void>
}

const journals = new WeakMap<Database, Journal>()

/**
 * Keeps an exchange. Nobody waits for it: it is described and written together with others, a moment later.
 *
 * @param describe called once, off the path of requests
 * @returns false when too many wait already, and this one is forgotten
 */
export function keepExchange(
  database: Database,
  describe: () => RecordedExchange,
  onFailure: (error: unknown) => void,
): boolean {
  const journal = journalOf(database)
  if (journal.waiting.length >= mostWaiting) return false
  journal.waiting.push({ describe, onFailure })
  journal.timer ??= setTimeout(() => void write(database, journal), gatherMs).unref()
  return true
}

/** Resolves when every exchange so far is stored, or could not be. */
export async function flowsSettled(database: Database): Promise<void> {
  const journal = journals.get(database)
  if (journal) await write(database, journal)
}

/** Forgets what waits, before all that is stored is deleted. */
export async function forgetFlows(database: Database): Promise<void> {
  const journal = journals.get(database)
  if (!journal) return
  journal.waiting.length = 0
  await journal.writing
}

function journalOf(database: Database): Journal {
  const known = journals.get(database)
  if (known) return known
  const journal: Journal = { waiting: [], timer: undefined, writing: Promise.resolve() }
  journals.set(database, journal)
  return journal
}

function write(database: Database, journal: Journal): Promise<void> {
  clearTimeout(journal.timer)
  journal.timer = undefined
  journal.writing = journal.writing.then(() => writeWaiting(database, journal))
  return journal.writing
}

async function writeWaiting(database: Database, { waiting }: Journal): Promise<void> {
  if (waiting.length === 0) return
  while (waiting.length > 0) {
    const batch = waiting.splice(0, largestBatch)
    const rows = batch.flatMap(described)
    await database.insertRows('FlowExchange', columns, rows).catch(batch[0]!.onFailure)
  }
  await database.announcements.announce(flowsChannel, 'recorded').catch(() => {})
}

/** One that cannot be described takes no other with it. */
function described({ describe, onFailure }: Waiting): SqlValue[][] {
  try {
    return [rowOf(describe())]
  } catch (error) {
    onFailure(error)
    return []
  }
}

const columns = [
  'id',
  'at',
  'durationMs',
  'server',
  'kind',
  'step',
  'method',
  'path',
  'status',
  'correlationId',
  'address',
  'agent',
  'clientId',
  'grantId',
  'personId',
  'joins',
  'content',
] as const satisfies (keyof RecordedExchange)[]

function rowOf(exchange: RecordedExchange): SqlValue[] {
  return columns.map((column) => {
    if (column === 'joins') return exchange.joins.join(' ')
    // Written as an escape, the character is like any other.
    if (column === 'content') return JSON.stringify(exchange.content)
    const value = exchange[column] ?? null
    return typeof value === 'string' ? withoutNul(value) : value
  })
}

/** PostgreSQL stores every character but this one. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '�')
}
