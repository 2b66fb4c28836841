import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { now } from '@neonpanel/process/clock'
import { idTokenTtlSeconds } from '../provider/lifetimes.ts'
import type { AppSecrets } from '../provider/secrets.ts'
import { newKeyRows, signingKeyRow } from '../provider/signing-key-rows.ts'
import type { SeedFile } from './schema.ts'

/**
 * Makes the keys of a seed file sign from now on. An algorithm of which it has none gets a generated key, unless there is
 * one; keys that signed before stay published until the last token they signed has expired.
 */
export async function seedSigningKeys(
  { database, appSecrets, accessTokenTtlSeconds }: KeyOptions,
  jwks: SeedFile['signing_keys'],
): Promise<void> {
  if (jwks.length === 0) return
  const { prisma } = database
  const at = now()
  const rows = await Promise.all(jwks.map((jwk) => keyRow(appSecrets, jwk, at)))
  const present = await prisma.signingKey.findMany({ select: { kid: true, algorithm: true } })
  const added = rows.filter(({ kid }) => present.every((one) => one.kid !== kid))
  const there = new Set([...rows, ...present].map(({ algorithm }) => algorithm))
  const missing = (await newKeyRows(appSecrets, at)).filter(
    ({ algorithm }) => !there.has(algorithm),
  )
  const longestTokenMs = 1_000 * Math.max(accessTokenTtlSeconds, idTokenTtlSeconds)
  await prisma.$transaction([
    prisma.signingKey.updateMany({
      where: {
        retiresAt: null,
        algorithm: { in: added.map(({ algorithm }) => algorithm) },
        kid: { notIn: rows.map(({ kid }) => kid) },
      },
      data: { retiresAt: new Date(at.getTime() + longestTokenMs) },
    }),
    prisma.signingKey.createMany({ data: [...added, ...missing] }),
  ])
}

interface KeyOptions {
  readonly database: Database
  readonly appSecrets: AppSecrets
  readonly accessTokenTtlSeconds: number
}

function keyRow(
  appSecrets: AppSecrets,
  { kid, ...jwk }: SeedFile['signing_keys'][number],
  at: Date,
) {
  const privateKey = createPrivateKey({ format: 'jwk', key: jwk as JsonWebKey })
  const pair = { privateKey, publicKey: createPublicKey(privateKey) }
  return signingKeyRow(appSecrets, {
    algorithm: jwk.kty === 'EC' ? 'ES256' : 'RS256',
    pair,
    kid,
    activeFrom: at,
  })
}
