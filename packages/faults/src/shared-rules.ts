import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { chooses } from './chooses.ts'
import { type Fault, type FaultDefinition, hasEnded } from './fault.ts'
import { countHit, createEnds, type FaultRules, newFault } from './rules.ts'

const channel = 'faults'

/** An announcement that did not arrive is made up for by looking. */
const lookEveryMs = 5_000

const columns =
  '"id", "definition", "maxHits", "createdAt", "expiresAt", "seen", "hits", "lastHitAt"'

const addRow = statement(
  'fault_add',
  `INSERT INTO "FaultRule" (${columns}) VALUES ($1, $2, $3, $4, $5, 0, 0, NULL)`,
)
const allRows = statement('fault_all', `SELECT ${columns} FROM "FaultRule" ORDER BY "createdAt"`)
const removeRow = statement(
  'fault_remove',
  'DELETE FROM "FaultRule" WHERE "id" = $1 RETURNING "id"',
)
const removeRows = statement('fault_clear', 'DELETE FROM "FaultRule" RETURNING "id"')
const removeEnded = statement(
  'fault_forget',
  'DELETE FROM "FaultRule" WHERE "expiresAt" <= $1 OR "hits" >= "maxHits"',
)
const countSeen = statement(
  'fault_seen',
  'UPDATE "FaultRule" SET "seen" = "seen" + 1 WHERE "id" = $1 RETURNING "seen"',
)
const countStruck = statement(
  'fault_hit',
  `UPDATE "FaultRule" SET "hits" = "hits" + 1, "lastHitAt" = $2
   WHERE "id" = $1 AND ("maxHits" IS NULL OR "hits" < "maxHits") RETURNING "hits"`,
)

interface Row {
  readonly id: string
  readonly definition: string
  readonly maxHits: number | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly seen: number
  readonly hits: number
  readonly lastHitAt: Date | null
}

/**
 * Rules in the database, for every process that shares it. Each process keeps a copy, renewed when one of them announces
 * a change; counting is the database's, so that a count of one strikes once wherever the requests land.
 */
export async function openSharedFaultRules(database: Database): Promise<FaultRules> {
  const { query, announcements } = database
  const gone = createEnds()
  const copy = createCopy(database, gone.end)
  // The database may be away for a while; the copy stays as it is then.
  const look = () => void copy.refresh().catch(() => {})
  const changed = async () => {
    await copy.refresh()
    await announcements.announce(channel, 'changed')
  }
  const list = () => [...copy.faults.values()].filter((fault) => !hasEnded(fault))

  await copy.refresh()
  const stopListening = announcements.listen(channel, look)
  const timer = setInterval(look, lookEveryMs).unref()

  return {
    get isEmpty() {
      return copy.faults.size === 0
    },
    list,
    async counted() {
      await copy.refresh()
      return list()
    },
    async add(definition) {
      const fault = newFault(definition)
      await addTo(database, fault, definition)
      await changed()
      return copy.faults.get(fault.id) ?? fault
    },
    async remove(id) {
      const [removed] = await query(removeRow, [id])
      await changed()
      return removed !== undefined
    },
    async clear() {
      const removed = await query(removeRows, [])
      await changed()
      return removed.length
    },
    strike: (fault) => strike(database, fault),
    untilGone: gone.signal,
    close() {
      clearInterval(timer)
      stopListening()
      for (const id of copy.faults.keys()) gone.end(id)
    },
  }
}

/** What this process knows. Read anew one time after the other: a change made before is in it afterwards. */
function createCopy({ query }: Database, onGone: (id: string) => void) {
  let faults = new Map<string, Fault>()
  let reading = Promise.resolve()
  async function read() {
    const rows = await query<Row>(allRows, [])
    const next = new Map(rows.map((row) => [row.id, faultOf(row)] as const))
    for (const id of faults.keys()) if (!next.has(id)) onGone(id)
    faults = next
  }
  return {
    get faults() {
      return faults
    },
    refresh(): Promise<void> {
      reading = reading.catch(() => {}).then(read)
      return reading
    },
  }
}

async function addTo({ query }: Database, fault: Fault, definition: FaultDefinition) {
  await query(removeEnded, [fault.createdAt])
  await query(addRow, [
    fault.id,
    JSON.stringify({ ...definition, where: fault.where }),
    fault.count ?? null,
    fault.createdAt,
    fault.expiresAt ?? null,
  ])
}

async function strike({ query }: Database, fault: Fault): Promise<boolean> {
  if (hasEnded(fault)) return false
  const [seen] = await query<{ seen: number }>(countSeen, [fault.id])
  if (!seen || !chooses(fault.where, seen.seen)) return false
  const [struck] = await query<{ hits: number }>(countStruck, [fault.id, new Date()])
  if (!struck) {
    fault.remaining = 0
    return false
  }
  countHit(fault, struck.hits)
  return true
}

function faultOf(row: Row): Fault {
  const { title, preset, where, what }: FaultDefinition = JSON.parse(row.definition)
  return {
    id: row.id,
    title,
    preset,
    where,
    what,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt ?? undefined,
    count: row.maxHits ?? undefined,
    remaining: row.maxHits === null ? undefined : Math.max(0, row.maxHits - row.hits),
    seen: row.seen,
    hits: row.hits,
    lastHitAt: row.lastHitAt ?? undefined,
  }
}
