import { createHash, randomUUID } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { type InsertRows, statement } from '@neonpanel/database/statement'
import type { Company } from './companies.ts'
import {
  digestOfPlan,
  type ItemChange,
  isWritten,
  type LedgerState,
  planImport,
} from './import-plan.ts'
import { type ImportWatch, postImport } from './import-posting.ts'
import type { ImportProblem, ImportRow } from './import-rows.ts'
import { announceItemsChanged } from './item-changes.ts'
import { readItems } from './items.ts'
import type { Reader } from './reader.ts'
import { readStock, usualWindowDays } from './stock.ts'
import { readWarehouses } from './warehouses.ts'

/** Who imports, and under which key a repeated call is recognised. */
export interface ImportRequest {
  readonly company: Company
  readonly rows: readonly ImportRow[]
  readonly personId: string
  readonly clientId: string
  readonly correlationId: string
  readonly idempotencyKey: string
}

export type CommittedImport<Answer> =
  | { ok: true; answer: Answer }
  | { ok: false; reason: 'problems'; problems: ImportProblem[] }
  /** The books have changed since the person agreed; these would be the changes now. */
  | { ok: false; reason: 'other_changes'; changes: ItemChange[] }
  | KeyInUse

/** The key was used for an import of other rows. */
type KeyInUse = { ok: false; reason: 'key_in_use' }

/** What an import would change now. Nothing is written. */
export async function previewImport(
  reader: Reader,
  company: Company,
  rows: readonly ImportRow[],
): Promise<{ changes: ItemChange[]; problems: ImportProblem[] }> {
  return planImport(rows, await readState(reader, company))
}

/** Imports into one company wait for each other here: each counts from what the one before left. */
const lockCompany = statement(
  'ledger_lock_company',
  'SELECT "id" FROM "Company" WHERE "id" = $1 FOR UPDATE',
)

const importByKey = statement(
  'ledger_import_by_key',
  'SELECT "requestDigest", "result" FROM "ImportRun" WHERE "personId" = $1 AND "idempotencyKey" = $2',
)

/** What the first call with this key answered, if there was one. */
export async function earlierImport<Answer>(
  { query }: Reader,
  request: ImportRequest,
): Promise<{ ok: true; answer: Answer } | KeyInUse | undefined> {
  type Row = { requestDigest: string; result: string }
  const { personId, idempotencyKey } = request
  const [run] = await query<Row>(importByKey, [personId, idempotencyKey])
  if (!run) return undefined
  if (run.requestDigest !== digestOf(request)) return keyInUse
  return { ok: true, answer: JSON.parse(run.result) as Answer }
}

/**
 * Writes an import in one transaction, all of it or nothing, and tells every process which items have changed. The same
 * key with the same rows answers what the first call answered and writes nothing. Throws when it is broken off; then
 * nothing is written.
 *
 * @param agreedPlan `digestOfPlan` of what the person agreed to; undefined when they were not asked
 * @param describe what to answer, which is kept as JSON with the key, and what the audit log shows
 */
export async function commitImport<Answer extends object>(
  database: Database,
  request: ImportRequest,
  {
    agreedPlan,
    describe,
    watch,
  }: {
    agreedPlan: string | undefined
    describe: (
      importId: string,
      changes: readonly ItemChange[],
    ) => { answer: Answer; detail: object }
    watch: ImportWatch
  },
): Promise<CommittedImport<Answer>> {
  const { company, rows } = request
  const written: ItemChange[] = []
  const committed = await database.transaction(
    async (query, insertRows): Promise<CommittedImport<Answer>> => {
      await query(lockCompany, [company.id])
      const earlier = await earlierImport<Answer>({ query }, request)
      if (earlier) return earlier
      const { changes, problems } = await previewImport({ query }, company, rows)
      if (problems.length > 0) return { ok: false, reason: 'problems', problems }
      if (agreedPlan !== undefined && agreedPlan !== digestOfPlan(changes)) {
        return { ok: false, reason: 'other_changes', changes }
      }
      const importId = `imp_${randomUUID().replaceAll('-', '').slice(0, 16)}`
      const described = describe(importId, changes)
      const isFirst = await claimKey(insertRows, request, { importId, ...described })
      if (!isFirst) return (await earlierImport<Answer>({ query }, request)) ?? keyInUse
      written.push(...changes.filter(isWritten))
      await postImport({ query, insertRows, company, importId, watch }, written)
      watch.signal.throwIfAborted()
      return { ok: true, answer: described.answer }
    },
  )
  const skus = written.map(({ sku }) => sku)
  const created = written.some(({ item }) => !item)
  // The import stands, whether or not the others hear of it at once.
  await announceItemsChanged(database, { companyId: company.id, skus, created }).catch((error) => {
    watch.log.warn({ err: error, company: company.id }, 'changed items were not announced')
  })
  return committed
}

const keyInUse: KeyInUse = { ok: false, reason: 'key_in_use' }

/** Answers false when another import of the person took the key at the same moment. */
async function claimKey(
  insertRows: InsertRows,
  request: ImportRequest,
  { importId, answer, detail }: { importId: string; answer: object; detail: object },
): Promise<boolean> {
  const row = {
    id: importId,
    companyId: request.company.id,
    personId: request.personId,
    clientId: request.clientId,
    correlationId: request.correlationId,
    idempotencyKey: request.idempotencyKey,
    requestDigest: digestOf(request),
    result: JSON.stringify(answer),
    detail: JSON.stringify(detail),
    createdAt: new Date(Date.now()),
  }
  return (await insertRows('ImportRun', Object.keys(row), [Object.values(row)])) === 1
}

/** The same rows have the same digest, however they were spelled: as CSV or JSON, with `4.1` or `4.10`. */
function digestOf({ company, rows }: ImportRequest): string {
  const canonical = JSON.stringify([company.id, rows])
  return createHash('sha256').update(canonical).digest('hex')
}

async function readState(reader: Reader, company: Company): Promise<LedgerState> {
  // One after the other: the connection of a transaction takes one statement at a time.
  const items = await readItems(reader, company.id)
  const warehouses = await readWarehouses(reader, company.id)
  const stock = await readStock(reader, company, { windowDays: usualWindowDays })
  const units = new Map(stock.map((part) => [`${part.itemId} ${part.warehouseId}`, part]))
  return {
    items,
    warehouseIds: new Set(warehouses.map(({ id }) => id)),
    unitsOf: (itemId, warehouseId) =>
      units.get(`${itemId} ${warehouseId}`) ?? { onHand: 0, reserved: 0 },
  }
}
