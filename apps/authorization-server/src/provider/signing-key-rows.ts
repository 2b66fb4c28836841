import type { JsonWebKey, KeyPairKeyObjectResult } from 'node:crypto'
import { accessTokenAlgorithm } from '@neonpanel/contracts/access-token'
import type { SigningKey as SigningKeyRow } from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
import { keptAppSecret } from '@neonpanel/database/settings'
import { identifier, statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import { calculateJwkThumbprint } from 'jose'
import { newKeyPairs } from './key-pairs.ts'
import { type AppSecrets, deriveKeys, seal, unseal } from './secrets.ts'

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

/** New keys, one for each algorithm, as they are stored: the private part sealed, bound to its key id. */
export async function newKeyRows(
  appSecrets: AppSecrets,
  activeFrom: Date,
): Promise<SigningKeyRow[]> {
  const pairs = await newKeyPairs()
  return Promise.all(
    signingAlgorithms.map((algorithm) =>
      signingKeyRow(appSecrets, { algorithm, pair: pairs[algorithm], activeFrom }),
    ),
  )
}

/** A key as it is stored. @param kid its thumbprint unless given */
export async function signingKeyRow(
  appSecrets: AppSecrets,
  {
    algorithm,
    pair: { publicKey, privateKey },
    kid: givenKid,
    activeFrom,
  }: {
    readonly algorithm: SigningAlgorithm
    readonly pair: KeyPairKeyObjectResult
    readonly kid?: string | undefined
    readonly activeFrom: Date
  },
): Promise<SigningKeyRow> {
  const publicJwk = publicKey.export({ format: 'jwk' })
  const kid = givenKid ?? (await calculateJwkThumbprint(publicJwk as { kty: string }))
  const privateJwk = JSON.stringify(privateKey.export({ format: 'jwk' }))
  return {
    kid,
    algorithm,
    publicJwk: JSON.stringify(publicJwk),
    encryptedPrivateJwk: seal(deriveKeys(appSecrets, 'signing keys'), kid, privateJwk),
    createdAt: now(),
    activeFrom,
    retiresAt: null,
  }
}

export function publicPart(row: SigningKeyRow): SigningKey {
  const { kid, publicJwk, createdAt, activeFrom, retiresAt } = row
  const algorithm = row.algorithm as SigningAlgorithm
  return { kid, algorithm, publicJwk: JSON.parse(publicJwk), createdAt, activeFrom, retiresAt }
}

/** @throws when the row was sealed under none of the secrets, with advice for the operator */
export function openRow(appSecrets: AppSecrets, row: SigningKeyRow): PrivateSigningKey {
  const { kid, algorithm: alg } = row
  return {
    ...publicPart(row),
    privateJwk: { ...privateJwkOf(appSecrets, row), kid, alg, use: 'sig' },
  }
}

function privateJwkOf(appSecrets: AppSecrets, row: SigningKeyRow): JsonWebKey {
  try {
    return JSON.parse(unsealRow(appSecrets, row))
  } catch (cause) {
    const advice = 'If APP_SECRET was replaced, name the old one behind it: APP_SECRET=new,old'
    const message = 'The signing keys were encrypted under another APP_SECRET.'
    throw Object.assign(new Error(message, { cause }), { advice })
  }
}

function unsealRow(appSecrets: AppSecrets, { kid, encryptedPrivateJwk }: SigningKeyRow): string {
  return unseal(deriveKeys(appSecrets, 'signing keys'), kid, encryptedPrivateJwk)
}

/** Columns of a key's row, in the order of `keyValues`. */
export const keyColumns = [
  'kid',
  'algorithm',
  'publicJwk',
  'encryptedPrivateJwk',
  'createdAt',
  'activeFrom',
  'retiresAt',
] as const satisfies readonly (keyof SigningKeyRow)[]

export function keyValues(row: SigningKeyRow) {
  return keyColumns.map((column) => row[column])
}

/** For statements, because every start asks: Prisma would take longer to get going than all of them together. */
export const selectKeys = `SELECT ${keyColumns.map(identifier).join(', ')} FROM "SigningKey"`

const findAll = statement('signing_keys_all', selectKeys)

/**
 * Encrypts under the current secret what a former one had encrypted, the one included that the database kept until it was
 * given another. Several processes may do so at once. Returns how many keys were moved.
 */
export async function resealSigningKeys({
  database,
  appSecrets,
}: {
  readonly database: Database
  readonly appSecrets: AppSecrets
}): Promise<number> {
  const [current, ...former] = appSecrets
  const kept = await keptAppSecret(database)
  const openers: AppSecrets = [current, ...former, ...(kept === undefined ? [] : [kept])]
  let moved = 0
  for (const row of await database.query<SigningKeyRow>(findAll, [])) {
    const { kid, encryptedPrivateJwk } = row
    if (canOpen([current], row) || !canOpen(openers, row)) continue
    const resealed = seal(deriveKeys([current], 'signing keys'), kid, unsealRow(openers, row))
    const { count } = await database.prisma.signingKey.updateMany({
      where: { kid, encryptedPrivateJwk },
      data: { encryptedPrivateJwk: resealed },
    })
    moved += count
  }
  return moved
}

function canOpen(appSecrets: AppSecrets, row: SigningKeyRow): boolean {
  try {
    return unsealRow(appSecrets, row) !== ''
  } catch {
    return false
  }
}
