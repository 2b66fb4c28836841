import { createHash, randomUUID } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { type InsertRows, type Query, statement } from '@neonpanel/database/statement'
import type { Company } from './companies.ts'
import { type ItemChange, type LedgerState, planImport } from './import-plan.ts'
import { postImport } from './import-posting.ts'
import type { ImportProblem, ImportRow } from './import-rows.ts'
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
  readonly idempotencyKey: string
}

export type CommittedImport<Answer> =
  | { ok: true; answer: Answer }
  | { ok: false; reason: 'problems'; problems: ImportProblem[] }
  /** The key was used for an import of other rows. */
  | { ok: false; reason: 'key_in_use' }

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

/**
 * Writes an import in one transaction, all of it or nothing. The same key with the same rows answers what the first call
 * answered and writes nothing.
 *
 * @param describe what to answer; it is kept as JSON with the key
 */
export function commitImport<Answer extends object>(
  database: Database,
  request: ImportRequest,
  describe: (importId: string, changes: readonly ItemChange[]) => Answer,
): Promise<CommittedImport<Answer>> {
  const digest = digestOf(request)
  return database.transaction(async (query, insertRows) => {
    const { company, rows } = request
    await query(lockCompany, [company.id])
    const earlier = await earlierAnswer<Answer>(query, request, digest)
    if (earlier) return earlier
    const { changes, problems } = await previewImport({ query }, company, rows)
    if (problems.length > 0) return { ok: false, reason: 'problems', problems }
    const importId = `imp_${randomUUID().replaceAll('-', '').slice(0, 16)}`
    const answer = describe(importId, changes)
    const isFirst = await claimKey(insertRows, request, { importId, digest, answer })
    if (!isFirst) {
      return (await earlierAnswer<Answer>(query, request, digest)) ?? keyInUse
    }
    await postImport({ query, insertRows, company, importId }, changes)
    return { ok: true, answer }
  })
}

const keyInUse = { ok: false, reason: 'key_in_use' } as const

async function earlierAnswer<Answer>(
  query: Query,
  { personId, idempotencyKey }: ImportRequest,
  digest: string,
): Promise<CommittedImport<Answer> | undefined> {
  type Row = { requestDigest: string; result: string }
  const [run] = await query<Row>(importByKey, [personId, idempotencyKey])
  if (!run) return undefined
  if (run.requestDigest !== digest) return keyInUse
  return { ok: true, answer: JSON.parse(run.result) as Answer }
}

/** Answers false when another import of the person took the key at the same moment. */
async function claimKey(
  insertRows: InsertRows,
  { company, personId, clientId, idempotencyKey }: ImportRequest,
  { importId, digest, answer }: { importId: string; digest: string; answer: object },
): Promise<boolean> {
  const inserted = await insertRows(
    'ImportRun',
    [
      'id',
      'companyId',
      'personId',
      'clientId',
      'idempotencyKey',
      'requestDigest',
      'result',
      'createdAt',
    ],
    [
      [
        importId,
        company.id,
        personId,
        clientId,
        idempotencyKey,
        digest,
        JSON.stringify(answer),
        new Date(Date.now()),
      ],
    ],
  )
  return inserted === 1
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
