import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import type { AdapterPayload } from 'oidc-provider'
import { type AppSecrets, deriveKeys, hashOf, type Keys, seal, unseal } from './secrets.ts'

/** Where one record of the provider lies: its model, and the hash of the value that its holder presents. */
export interface RecordKey {
  readonly kind: string
  readonly idHash: string
}

/** A row as statements answer it. */
export interface StoredRow {
  readonly payload: string
  readonly consumedAt: Date | null
}

/** These point at other records by values that could be presented: a device code, a session's cookie, a user code. */
const sealedKinds = new Set(['Interaction', 'DeviceCode'])

/** A grant is found by its id, which tokens and pages name; everything else by what only its holder knows. */
export function keyOf(kind: string, id: string): RecordKey {
  return { kind, idHash: kind === 'Grant' ? id : hashOf(id) }
}

const columns =
  '"kind", "idHash", "payload", "grantId", "accountId", "clientId", "uidHash", "userCodeHash", "expiresAt", "createdAt"'

const insert = `INSERT INTO "OidcRecord" (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

const saveRecord = statement(
  'save_record',
  `${insert} ON CONFLICT ("kind", "idHash") DO UPDATE SET
     "payload" = excluded."payload", "grantId" = excluded."grantId", "accountId" = excluded."accountId",
     "clientId" = excluded."clientId", "uidHash" = excluded."uidHash", "expiresAt" = excluded."expiresAt",
     "userCodeHash" = COALESCE(excluded."userCodeHash", "OidcRecord"."userCodeHash")`,
)

const addRecord = statement(
  'add_record',
  `${insert} ON CONFLICT ("kind", "idHash") DO NOTHING RETURNING "idHash"`,
)

const findByKey = statement(
  'find_record',
  'SELECT "payload", "consumedAt" FROM "OidcRecord" WHERE "kind" = $1 AND "idHash" = $2',
)

const findByUidHash = statement(
  'find_record_by_uid',
  'SELECT "idHash", "payload", "consumedAt" FROM "OidcRecord" WHERE "kind" = $1 AND "uidHash" = $2',
)

const findByUserCodeHash = statement(
  'find_record_by_user_code',
  'SELECT "idHash", "payload", "consumedAt" FROM "OidcRecord" WHERE "kind" = $1 AND "userCodeHash" = $2',
)

const consumeByKey = statement(
  'consume_record',
  `UPDATE "OidcRecord" SET "consumedAt" = $3
   WHERE "kind" = $1 AND "idHash" = $2 AND "consumedAt" IS NULL
   RETURNING "idHash"`,
)

/** PostgreSQL only: SQLite writes nothing within a SELECT. */
const exchangeRecord = statement(
  'exchange_record',
  `WITH used AS (
     UPDATE "OidcRecord" SET "consumedAt" = $13
     WHERE "kind" = $11 AND "idHash" = $12 AND "consumedAt" IS NULL
     RETURNING "idHash"
   ), added AS (
     INSERT INTO "OidcRecord" (${columns})
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10::timestamptz FROM used
     ON CONFLICT ("kind", "idHash") DO NOTHING
   )
   SELECT "idHash" FROM used`,
)

const deleteByKey = statement(
  'delete_record',
  'DELETE FROM "OidcRecord" WHERE "kind" = $1 AND "idHash" = $2',
)

type Storing = [at: RecordKey, payload: AdapterPayload, ttlSeconds: number | undefined]

/** The provider's records in one table. Ids are kept as SHA-256, payloads without the id or sealed. */
export function storedRecords(database: Database, appSecrets: AppSecrets) {
  const keys = deriveKeys(appSecrets, 'stored values')
  const valuesOf = (...[at, payload, ttlSeconds]: Storing) => [
    at.kind,
    at.idHash,
    payloadText(keys, at, payload),
    payload.grantId ?? (at.kind === 'Grant' ? at.idHash : null),
    personOf(payload) ?? null,
    payload.clientId ?? null,
    payload.uid ? hashOf(payload.uid) : null,
    payload.userCode ? hashOf(payload.userCode) : null,
    ttlSeconds === undefined ? null : new Date(Date.now() + ttlSeconds * 1000),
    now(),
  ]
  return {
    /** What the provider stored; `jti` is left to whoever knows the presented value. */
    open({ kind, idHash }: RecordKey, row: StoredRow): AdapterPayload {
      const text = sealedKinds.has(kind)
        ? unseal(keys, `${kind} ${idHash}`, row.payload)
        : row.payload
      const payload = JSON.parse(text) as AdapterPayload
      if (row.consumedAt) payload.consumed = Math.floor(row.consumedAt.getTime() / 1000)
      return payload
    },
    async find({ kind, idHash }: RecordKey): Promise<StoredRow | undefined> {
      const [row] = await database.query<StoredRow>(findByKey, [kind, idHash])
      return row
    },
    async findByUid(kind: string, uid: string): Promise<(StoredRow & RecordKey) | undefined> {
      const [row] = await database.query<StoredRow & RecordKey>(findByUidHash, [kind, hashOf(uid)])
      return row && { ...row, kind }
    },
    async findByUserCode(
      kind: string,
      userCode: string,
    ): Promise<(StoredRow & RecordKey) | undefined> {
      const values = [kind, hashOf(userCode)]
      const [row] = await database.query<StoredRow & RecordKey>(findByUserCodeHash, values)
      return row && { ...row, kind }
    },
    async save(...record: Storing): Promise<void> {
      await database.query(saveRecord, valuesOf(...record))
    },
    /** Returns false, and changes nothing, where such a record exists. */
    async add(...record: Storing): Promise<boolean> {
      const rows = await database.query(addRecord, valuesOf(...record))
      return rows.length > 0
    },
    /** Of simultaneous calls the database lets one win; the others, and everybody later, get false. */
    async consume({ kind, idHash }: RecordKey): Promise<boolean> {
      const rows = await database.query(consumeByKey, [kind, idHash, now()])
      return rows.length > 0
    },
    /**
     * Consumes one record and adds another: both or, for those who do not win, neither. Whatever ends the process, nothing is
     * used up without what came of it.
     */
    async exchange(used: RecordKey, ...record: Storing): Promise<boolean> {
      const consumed = [used.kind, used.idHash, now()]
      const added = valuesOf(...record)
      if (database.engine === 'postgresql') {
        return (await database.query(exchangeRecord, [...added, ...consumed])).length > 0
      }
      return database.transaction(async (query) => {
        const rows = await query(consumeByKey, consumed)
        if (rows.length > 0) await query(addRecord, added)
        return rows.length > 0
      })
    },
    async remove({ kind, idHash }: RecordKey): Promise<void> {
      await database.query(deleteByKey, [kind, idHash])
    },
  }
}

function payloadText(keys: Keys, { kind, idHash }: RecordKey, payload: AdapterPayload): string {
  if (sealedKinds.has(kind)) return seal(keys, `${kind} ${idHash}`, JSON.stringify(payload))
  const { jti: _presented, ...kept } = payload
  return JSON.stringify(kept)
}

/** An interaction belongs to whoever signed in to it, so that it can end with their sessions. */
function personOf({ accountId, session, result }: AdapterPayload): string | undefined {
  const signedIn: string | undefined = result?.login?.accountId
  return accountId ?? signedIn ?? session?.accountId
}

export type StoredRecords = ReturnType<typeof storedRecords>
