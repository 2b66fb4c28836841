import type { SigningKey as SigningKeyRow } from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import type { AppSecrets } from './secrets.ts'
import {
  keyColumns,
  keyValues,
  newKeyRows,
  openRow,
  type PrivateSigningKey,
  publicPart,
  type SigningAlgorithm,
  type SigningKey,
  selectKeys,
} from './signing-key-rows.ts'

interface KeyContext {
  readonly database: Database
  readonly appSecrets: AppSecrets
}

/** Marks that the first keys exist; of two processes that start at once, one sets it. */
const createdMark = 'signing-keys-created'

const findPublished = statement(
  'signing_keys_published',
  `${selectKeys} WHERE "retiresAt" IS NULL OR "retiresAt" > $1 ORDER BY "createdAt"`,
)

const setCreatedMark = statement(
  'signing_keys_set_created',
  `INSERT INTO "Setting" ("key", "value") VALUES ($1, $2)
   ON CONFLICT ("key") DO NOTHING RETURNING "key"`,
)

/**
 * The keys that sign or whose signatures may still be alive, the one that signs now first for each algorithm. Creates the
 * first ones; two processes that start at once end up with one set.
 *
 * @throws when a private key cannot be decrypted, with advice for the operator
 */
export async function loadSigningKeys(context: KeyContext): Promise<PrivateSigningKey[]> {
  const stored = await publishedRows(context.database)
  const rows = stored.length > 0 ? stored : await createFirstKeys(context)
  return inOrderOfUse(rows.map((row) => openRow(context.appSecrets, row)))
}

/** Every key that is in the JWKS, in order of use. */
export async function listSigningKeys({
  database,
}: Pick<KeyContext, 'database'>): Promise<SigningKey[]> {
  return inOrderOfUse((await publishedRows(database)).map(publicPart))
}

/** The key of an algorithm that signs at this moment. */
export function signingKeyFor<Key extends SigningKey>(
  keys: readonly Key[],
  algorithm: SigningAlgorithm,
): Key {
  const key = inOrderOfUse(keys).find((candidate) => candidate.algorithm === algorithm)
  if (!key) throw new Error(`There is no ${algorithm} key.`)
  return key
}

/** The first of each algorithm signs: the youngest one that is active, then what was active before, then what will be. */
export function inOrderOfUse<Key extends SigningKey>(keys: readonly Key[]): Key[] {
  const at = Date.now()
  const rank = ({ activeFrom }: Key) =>
    activeFrom.getTime() <= at ? at - activeFrom.getTime() : Number.MAX_SAFE_INTEGER
  return keys.toSorted((a, b) => rank(a) - rank(b))
}

async function publishedRows({ query }: Database): Promise<SigningKeyRow[]> {
  return query<SigningKeyRow>(findPublished, [now()])
}

async function createFirstKeys({ database, appSecrets }: KeyContext): Promise<SigningKeyRow[]> {
  const rows = await newKeyRows(appSecrets, now())
  await database.transaction(async (query, insertRows) => {
    const [first] = await query(setCreatedMark, [createdMark, now().toISOString()])
    // Otherwise somebody else was first; whoever holds the mark has committed keys along with it.
    if (first) await insertRows('SigningKey', keyColumns, rows.map(keyValues))
  })
  const created = await publishedRows(database)
  if (created.length === 0) throw new Error('The first signing keys were made, and none is left.')
  return created
}
