import { generateKeyPair as generateKeyPairCallback, type JsonWebKey } from 'node:crypto'
import { promisify } from 'node:util'
import { accessTokenAlgorithm } from '@neonpanel/contracts/access-token'
import type { SigningKey as SigningKeyRow } from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
import { now } from '@neonpanel/process/clock'
import { calculateJwkThumbprint } from 'jose'
import type { Config } from '../config.ts'
import { idTokenTtlSeconds, metadataMaxAgeSeconds } from './lifetimes.ts'
import { deriveKey, seal, unseal } from './secrets.ts'

const generateKeyPair = promisify(generateKeyPairCallback)

/** ES256 signs access tokens and initial access tokens; RS256 is what OpenID Connect clients expect of ID tokens. */
export const signingAlgorithms = [accessTokenAlgorithm, 'RS256'] as const

export type SigningAlgorithm = (typeof signingAlgorithms)[number]

/** A signing key without its private part. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly publicJwk: JsonWebKey
  readonly createdAt: Date
  /** Signs from then on, until a younger key of the same algorithm does. */
  readonly activeFrom: Date
  /** Leaves the JWKS at this time; null while it signs or will sign. */
  readonly retiresAt: Date | null
}

export interface PrivateSigningKey extends SigningKey {
  readonly privateJwk: JsonWebKey & { kid: string; alg: string; use: 'sig' }
}

interface KeyContext {
  readonly database: Database
  readonly appSecret: string
}

/** Time between the publication of a key and its first signature: a JWKS may be cached for as long. */
const publishedBeforeUseMs = metadataMaxAgeSeconds * 1000

/** Marks that the first keys exist; of two processes that start at once, one sets it. */
const createdMark = 'signing-keys-created'

/**
 * The keys that sign or whose signatures may still be alive, the one that signs now first for each algorithm. Creates the
 * first ones; two processes that start at once end up with one set.
 *
 * @throws when a private key cannot be decrypted: `APP_SECRET` is not the one it was encrypted under
 */
export async function loadSigningKeys(context: KeyContext): Promise<PrivateSigningKey[]> {
  const stored = await publishedRows(context.database)
  const rows = stored.length > 0 ? stored : await createFirstKeys(context)
  return inOrderOfUse(rows.map((row) => openRow(context.appSecret, row)))
}

/** Every key that is in the JWKS, in order of use. */
export async function listSigningKeys({
  database,
}: Pick<KeyContext, 'database'>): Promise<SigningKey[]> {
  return inOrderOfUse((await publishedRows(database)).map(publicPart))
}

/**
 * Publishes a new key for each algorithm. It signs once a cached JWKS must have been refreshed; the keys before it stay
 * published until the last token that they signed has expired (RFC 9068 section 4).
 */
export async function rotateSigningKeys(
  context: KeyContext & {
    readonly config: Pick<Config, 'accessTokenTtlSeconds'>
    readonly reloadSigningKeys: () => Promise<void>
  },
): Promise<SigningKey[]> {
  const activeFrom = new Date(Date.now() + publishedBeforeUseMs)
  const longestTokenMs = 1_000 * Math.max(context.config.accessTokenTtlSeconds, idTokenTtlSeconds)
  const rows = await Promise.all(
    signingAlgorithms.map((algorithm) => createRow(context.appSecret, algorithm, activeFrom)),
  )
  await context.database.prisma.$transaction([
    context.database.prisma.signingKey.updateMany({
      where: { retiresAt: null },
      data: { retiresAt: new Date(activeFrom.getTime() + longestTokenMs) },
    }),
    context.database.prisma.signingKey.createMany({ data: rows }),
  ])
  await context.reloadSigningKeys()
  return listSigningKeys(context)
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

async function createFirstKeys(context: KeyContext): Promise<SigningKeyRow[]> {
  const { prisma } = context.database
  const rows = await Promise.all(
    signingAlgorithms.map((algorithm) => createRow(context.appSecret, algorithm, now())),
  )
  try {
    await prisma.$transaction([
      prisma.setting.create({ data: { key: createdMark, value: now().toISOString() } }),
      prisma.signingKey.createMany({ data: rows }),
    ])
  } catch (error) {
    // Somebody else was first; whoever holds the mark has committed keys along with it.
    const created = await publishedRows(context.database)
    if (created.length === 0) throw error
    return created
  }
  return publishedRows(context.database)
}

async function createRow(
  appSecret: string,
  algorithm: SigningAlgorithm,
  activeFrom: Date,
): Promise<SigningKeyRow> {
  const { publicKey, privateKey } =
    algorithm === 'ES256'
      ? await generateKeyPair('ec', { namedCurve: 'P-256' })
      : await generateKeyPair('rsa', { modulusLength: 2048 })
  const publicJwk = publicKey.export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint(publicJwk as { kty: string })
  const privateJwk = JSON.stringify(privateKey.export({ format: 'jwk' }))
  return {
    kid,
    algorithm,
    publicJwk: JSON.stringify(publicJwk),
    encryptedPrivateJwk: seal(deriveKey(appSecret, 'signing keys'), kid, privateJwk),
    createdAt: now(),
    activeFrom,
    retiresAt: null,
  }
}

function publicPart(row: SigningKeyRow): SigningKey {
  const { kid, publicJwk, createdAt, activeFrom, retiresAt } = row
  const algorithm = row.algorithm as SigningAlgorithm
  return { kid, algorithm, publicJwk: JSON.parse(publicJwk), createdAt, activeFrom, retiresAt }
}

function openRow(appSecret: string, row: SigningKeyRow): PrivateSigningKey {
  const key = deriveKey(appSecret, 'signing keys')
  const privateJwk = JSON.parse(unseal(key, row.kid, row.encryptedPrivateJwk))
  return {
    ...publicPart(row),
    privateJwk: { ...privateJwk, kid: row.kid, alg: row.algorithm, use: 'sig' },
  }
}
