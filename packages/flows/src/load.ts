import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { assembleFlows, type Flow, storyOf } from './assembly/assemble.ts'
import type { FlowEvent } from './assembly/deed.ts'
import { flowsSettled } from './recording/journal.ts'
import type { ExchangeContent, ExchangeHead } from './recording/recorded-exchange.ts'
import type { Story } from './story.ts'

/** Flows are told from the latest so many exchanges: some hundred flows, and always the same effort. */
export const exchangeWindow = 6_000

export interface FlowWindow {
  /** The latest first. */
  readonly flows: readonly Flow[]
  /** Whether there are older exchanges that were not looked at. */
  readonly isCut: boolean
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
] as const satisfies (keyof ExchangeHead)[]

const selectHeads = statement(
  'flow_exchange_heads',
  `SELECT ${columns.map((column) => `"${column}"`).join(', ')} FROM "FlowExchange"
   WHERE "at" >= $1 ORDER BY "at" DESC, "id" DESC LIMIT $2`,
)

/** Events that tell of the way to a token. */
const eventTypes = [
  'authorization.failed',
  'authorization.succeeded',
  'client.refused',
  'client.registered',
  'consent.denied',
  'consent.granted',
  'interaction.started',
  'sign_in.failed',
  'sign_in.succeeded',
  'token.issued',
  'token.refreshed',
  'token.refused',
]

const selectEvents = statement(
  'flow_events',
  `SELECT "id", "at", "type", "personId", "clientId", "grantId", "correlationId", "detail" FROM "AuditEvent"
   WHERE "at" >= $1 AND "type" IN (${eventTypes.map((type) => `'${type}'`).join(', ')})
   ORDER BY "at" DESC, "id" DESC LIMIT $2`,
)

type HeadRow = { [Column in keyof ExchangeHead]: ExchangeHead[Column] | null } & { joins: string }
type EventRow = Omit<FlowEvent, 'detail'> & { detail: string }

/**
 * The flows of late, from what both servers recorded.
 *
 * @param since exchanges before that are left out
 * @param most exchanges that are looked at
 */
export async function loadFlows(
  database: Database,
  since = new Date(0),
  most = exchangeWindow,
): Promise<FlowWindow> {
  await flowsSettled(database)
  const rows = await database.query<HeadRow>(selectHeads, [since, most])
  const oldest = rows.at(-1)?.at
  if (!oldest) return { flows: [], isCut: false }
  const events = await database.query<EventRow>(selectEvents, [oldest, exchangeWindow])
  const flows = assembleFlows(rows.map(headOf), events.map(eventOf))
  return { flows, isCut: rows.length === most }
}

const nullable = [
  'status',
  'correlationId',
  'address',
  'agent',
  'clientId',
  'grantId',
  'personId',
] as const

/** In place: there are thousands of them. */
function headOf(row: HeadRow): ExchangeHead {
  const head = row as Record<string, unknown>
  for (const column of nullable) if (head[column] === null) head[column] = undefined
  head.joins = row.joins === '' ? [] : row.joins.split(' ')
  return head as unknown as ExchangeHead
}

function eventOf(row: EventRow): FlowEvent {
  return { ...row, detail: JSON.parse(row.detail) }
}

/** The flow of a name: its own, a correlation id of any of its requests, or the provider's. */
export async function findFlow(database: Database, id: string): Promise<Flow | undefined> {
  const { flows } = await loadFlows(database)
  return flows.find((flow) => flow.id === id) ?? flows.find(({ aliases }) => aliases.includes(id))
}

/** Flows with their messages, and with the names of their clients. */
export async function loadStories(
  { prisma }: Pick<Database, 'prisma'>,
  flows: readonly Flow[],
): Promise<Story[]> {
  const ids = flows.flatMap(({ exchanges }) => exchanges.map(({ id }) => id))
  const clientIds = new Set(flows.map(({ clientId }) => clientId).filter((id) => id !== undefined))
  const [rows, clients] = await Promise.all([
    inBatches(ids, (batch) =>
      prisma.flowExchange.findMany({
        where: { id: { in: batch } },
        select: { id: true, content: true },
      }),
    ),
    prisma.client.findMany({
      where: { clientId: { in: [...clientIds] } },
      select: { clientId: true, name: true },
    }),
  ])
  const contents = new Map(
    rows.map(({ id, content }) => [id, JSON.parse(content) as ExchangeContent]),
  )
  const names = new Map(clients.map(({ clientId, name }) => [clientId, name]))
  return flows.map((flow) => storyOf(flow, contents, names.get(flow.clientId ?? '')))
}

/** Values of one `IN`. */
const batchSize = 500

async function inBatches<Row>(
  ids: readonly string[],
  read: (batch: string[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let start = 0; start < ids.length; start += batchSize) {
    rows.push(...(await read(ids.slice(start, start + batchSize))))
  }
  return rows
}
