import { randomBytes } from 'node:crypto'
import {
  type InitialAccessTokenClaims,
  initialAccessTokenType,
} from '@neonpanel/contracts/initial-access-token'
import { registrationScope } from '@neonpanel/contracts/scopes'
import type {
  InitialAccessToken as InitialAccessTokenRow,
  Prisma,
} from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { now } from '@neonpanel/process/clock'
import { importJWK, SignJWT } from 'jose'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { keepKeyPublishedUntil } from '../provider/signing-key-rotation.ts'
import { loadSigningKeys, signingKeyFor } from '../provider/signing-keys.ts'

/** What a token may be used for. */
export interface InitialAccessTokenPolicy {
  readonly ttlSeconds: number
  /** 1 to 100. */
  readonly maxUses: number
  readonly note: string
  /** Hosts that redirect URIs may have; empty = any. */
  readonly allowedRedirectHosts: readonly string[]
  /** Scopes that the client may ever be granted; empty = all. */
  readonly allowedScopes: readonly string[]
  /** Person id, `admin_api`, `startup`, … */
  readonly createdBy: string
  /** Of the request that asked for it. */
  readonly correlationId?: string | undefined
}

export interface IssuedInitialAccessToken {
  /** Shown once: it is not stored. */
  readonly token: string
  readonly jti: string
  readonly expiresAt: Date
  readonly maxUses: number
}

/** What is remembered of a token. */
export interface InitialAccessToken {
  readonly jti: string
  readonly note: string
  readonly maxUses: number
  readonly uses: number
  readonly allowedRedirectHosts: readonly string[]
  readonly allowedScopes: readonly string[]
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

type TokenContext = Pick<ServerContext, 'config' | 'database' | 'appSecrets'>

/** Issues an initial access token (RFC 7591 section 3): a signed JWT that only the registration endpoint accepts. */
export async function issueInitialAccessToken(
  context: TokenContext,
  policy: InitialAccessTokenPolicy,
): Promise<IssuedInitialAccessToken> {
  const jti = `iat_${randomBytes(16).toString('base64url')}`
  const issuedAtSeconds = Math.floor(Date.now() / 1000)
  const expiresAt = new Date((issuedAtSeconds + policy.ttlSeconds) * 1000)
  await context.database.prisma.initialAccessToken.create({
    data: {
      jti,
      note: policy.note,
      maxUses: policy.maxUses,
      allowedRedirectHosts: JSON.stringify(policy.allowedRedirectHosts),
      allowedScopes: JSON.stringify(policy.allowedScopes),
      createdBy: policy.createdBy,
      createdAt: now(),
      expiresAt,
    },
  })
  const token = await sign(context, {
    iss: context.config.issuer,
    aud: context.config.issuer,
    scope: registrationScope,
    iat: issuedAtSeconds,
    exp: issuedAtSeconds + policy.ttlSeconds,
    jti,
    ...(policy.allowedRedirectHosts.length > 0 && {
      allowed_redirect_hosts: [...policy.allowedRedirectHosts],
    }),
    ...(policy.allowedScopes.length > 0 && { allowed_scopes: [...policy.allowedScopes] }),
  })
  await recordAudit(context.database, {
    type: 'initial_access_token.issued',
    correlationId: policy.correlationId,
    detail: {
      jti,
      by: policy.createdBy,
      note: policy.note,
      maxUses: policy.maxUses,
      ttlSeconds: policy.ttlSeconds,
    },
  })
  return { token, jti, expiresAt, maxUses: policy.maxUses }
}

/** Tokens that were ever issued, newest first; all of them unless the selection says otherwise. */
export async function listInitialAccessTokens(
  { database }: Pick<TokenContext, 'database'>,
  selection: Prisma.InitialAccessTokenFindManyArgs = {},
): Promise<InitialAccessToken[]> {
  const rows = await database.prisma.initialAccessToken.findMany({
    orderBy: { createdAt: 'desc' },
    ...selection,
  })
  return rows.map(tokenOf)
}

export async function findInitialAccessToken(
  database: Database,
  jti: string,
): Promise<InitialAccessToken | undefined> {
  const row = await database.prisma.initialAccessToken.findUnique({ where: { jti } })
  return row ? tokenOf(row) : undefined
}

/** Returns false when there is no such token, or it was revoked before. Clients that it made stay. */
export async function revokeInitialAccessToken(
  { database }: Pick<TokenContext, 'database'>,
  jti: string,
  { by, correlationId }: { readonly by: string; readonly correlationId: string | undefined },
): Promise<boolean> {
  const { count } = await database.prisma.initialAccessToken.updateMany({
    where: { jti, revokedAt: null },
    data: { revokedAt: now() },
  })
  if (count === 0) return false
  const type = 'initial_access_token.revoked'
  await recordAudit(database, { type, correlationId, detail: { jti, by } })
  return true
}

const spend = statement(
  'spend_initial_access_token',
  `UPDATE "InitialAccessToken" SET "uses" = "uses" + 1
   WHERE "jti" = $1 AND "uses" < "maxUses" AND "revokedAt" IS NULL AND "expiresAt" > $2
   RETURNING "uses"`,
)

/** Takes one use; of simultaneous requests for the last one, the database lets one win. */
export async function spendInitialAccessToken(database: Database, jti: string): Promise<boolean> {
  const rows = await database.query(spend, [jti, now()])
  return rows.length > 0
}

async function sign(context: TokenContext, claims: InitialAccessTokenClaims): Promise<string> {
  const { kid, algorithm, privateJwk } = signingKeyFor(await loadSigningKeys(context), 'ES256')
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, kid, typ: initialAccessTokenType })
    .sign(await importJWK(privateJwk as { kty: string }, algorithm))
  await keepKeyPublishedUntil(context.database, kid, new Date(claims.exp * 1_000))
  return token
}

function tokenOf(row: InitialAccessTokenRow): InitialAccessToken {
  return {
    ...row,
    allowedRedirectHosts: JSON.parse(row.allowedRedirectHosts) as string[],
    allowedScopes: JSON.parse(row.allowedScopes) as string[],
  }
}
