import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import type { Config } from '../config.ts'
import { idTokenTtlSeconds, metadataMaxAgeSeconds } from './lifetimes.ts'
import type { AppSecrets } from './secrets.ts'
import { newKeyRows, type SigningKey } from './signing-key-rows.ts'
import { listSigningKeys } from './signing-keys.ts'

/** What rotation needs of `ServerContext`. */
export interface RotationContext {
  readonly database: Database
  readonly appSecrets: AppSecrets
  readonly config: Pick<Config, 'accessTokenTtlSeconds'>
  readonly reloadSigningKeys: () => Promise<void>
}

/** Time between the publication of a key and its first signature: a JWKS may be cached for as long. */
const publishedBeforeUseMs = metadataMaxAgeSeconds * 1_000

/** By how much the clocks of several processes may differ. */
const clockSkewMs = 60_000

/** A key signs for a quarter of a year, then others are made without being asked for. */
const signsForMs = 90 * 86_400_000

/**
 * Publishes a new key for each algorithm. It signs once a cached JWKS must have been refreshed; the keys before it stay
 * published until the last token that they signed can have expired (RFC 9068 section 4).
 */
export async function rotateSigningKeys(context: RotationContext): Promise<SigningKey[]> {
  const { prisma } = context.database
  const activeFrom = new Date(Date.now() + publishedBeforeUseMs)
  const longestTokenMs = 1_000 * Math.max(context.config.accessTokenTtlSeconds, idTokenTtlSeconds)
  const retiresAt = new Date(activeFrom.getTime() + longestTokenMs + clockSkewMs)
  const rows = await newKeyRows(context.appSecrets, activeFrom)
  await prisma.$transaction([
    prisma.signingKey.updateMany({ where: { retiresAt: null }, data: { retiresAt } }),
    prisma.signingKey.createMany({ data: rows }),
  ])
  await outliveInitialAccessTokens(context.database, retiresAt)
  await context.reloadSigningKeys()
  return listSigningKeys(context)
}

/** Rotates when the youngest key has signed for long enough. Returns whether it did; for one process at a time. */
export async function rotateSigningKeysWhenDue(context: RotationContext): Promise<boolean> {
  const keys = await listSigningKeys(context)
  const youngest = Math.max(...keys.map(({ activeFrom }) => activeFrom.getTime()))
  if (Date.now() - youngest < signsForMs) return false
  await rotateSigningKeys(context)
  return true
}

const postponeRetirement = statement(
  'postpone_key_retirement',
  'UPDATE "SigningKey" SET "retiresAt" = $2 WHERE "kid" = $1 AND "retiresAt" < $2',
)

/** To be called after a key signed an initial access token, whose lifetime its maker chooses: it may be a month. */
export async function keepKeyPublishedUntil(
  database: Database,
  kid: string,
  expiresAt: Date,
): Promise<void> {
  await database.query(postponeRetirement, [kid, expiresAt])
}

/** A token that is being made at this moment is either stored by now, or keeps its key by itself. */
async function outliveInitialAccessTokens({ prisma }: Database, retiresAt: Date): Promise<void> {
  const last = await prisma.initialAccessToken.findFirst({
    where: {
      revokedAt: null,
      uses: { lt: prisma.initialAccessToken.fields.maxUses },
      expiresAt: { gt: now() },
    },
    orderBy: { expiresAt: 'desc' },
    select: { expiresAt: true },
  })
  if (!last || last.expiresAt <= retiresAt) return
  await prisma.signingKey.updateMany({
    where: { retiresAt },
    data: { retiresAt: last.expiresAt },
  })
}
