import type { SigningKey as SigningKeyRow } from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
import { now } from '@neonpanel/process/clock'
import type { AppSecrets } from './secrets.ts'
import {
  newKeyRows,
  openRow,
  type PrivateSigningKey,
  publicPart,
  type SigningAlgorithm,
  type SigningKey,
} from './signing-key-rows.ts'

interface KeyContext {
  readonly database: Database
  readonly appSecrets: AppSecrets
}

/** Marks that the first keys exist; of two processes that start at once, one sets it. */
const createdMark = 'signing-keys-created'

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

async function publishedRows(database: Database): Promise<SigningKeyRow[]> {
  return database.prisma.signingKey.findMany({
    where: { OR: [{ retiresAt: null }, { retiresAt: { gt: now() } }] },
    orderBy: { createdAt: 'asc' },
  })
}

async function createFirstKeys({ database, appSecrets }: KeyContext): Promise<SigningKeyRow[]> {
  const { prisma } = database
  const rows = await newKeyRows(appSecrets, now())
  try {
    await prisma.$transaction([
      prisma.setting.create({ data: { key: createdMark, value: now().toISOString() } }),
      prisma.signingKey.createMany({ data: rows }),
    ])
  } catch (error) {
    // Somebody else was first; whoever holds the mark has committed keys along with it.
    const created = await publishedRows(database)
    if (created.length === 0) throw error
    return created
  }
  return publishedRows(database)
}
