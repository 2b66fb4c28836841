import { randomUUID } from 'node:crypto'
import { accessTokenAlgorithm, accessTokenType } from '@neonpanel/contracts/access-token'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { signAsWanted } from '../faults/signature.ts'
import { findMemberships, type Person } from '../people/directory.ts'
import { loadSigningKeys, signingKeyFor } from '../provider/signing-keys.ts'

/** A token that a test wants. */
export interface WantedToken {
  readonly person: Person | undefined
  readonly clientId: string
  readonly scope: string
  /** Undefined = all of the person. */
  readonly companyIds: readonly string[] | undefined
  readonly ttlSeconds: number
  /** In place of what a good token has; null takes a claim away. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly header: Readonly<Record<string, unknown>>
  readonly key: 'server' | 'rogue' | 'none'
}

export interface MintedToken {
  readonly token: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** Makes an access token without a flow, for tests; everything about it may be wrong on purpose. */
export async function mintToken(context: ServerContext, wanted: WantedToken): Promise<MintedToken> {
  const { config, database } = context
  const companies = await coveredCompanies(context, wanted)
  const issuedAtSeconds = Math.floor(Date.now() / 1000)
  const signingKey = signingKeyFor(await loadSigningKeys(context), accessTokenAlgorithm)
  const header = overridden(
    {
      alg: wanted.key === 'none' ? 'none' : accessTokenAlgorithm,
      typ: accessTokenType,
      kid: signingKey.kid,
    },
    wanted.header,
  )
  const grantId = wanted.person && (await saveGrant(context, wanted, wanted.person))
  const claims = overridden(
    {
      iss: config.issuer,
      sub: wanted.person?.id ?? wanted.clientId,
      aud: config.mcpUrl,
      client_id: wanted.clientId,
      scope: wanted.scope,
      iat: issuedAtSeconds,
      exp: issuedAtSeconds + wanted.ttlSeconds,
      jti: randomUUID(),
      ...(grantId && { grant_id: grantId }),
      companies,
    },
    wanted.claims,
  )
  await recordAudit(database, {
    type: 'test.token_minted',
    personId: wanted.person?.id,
    clientId: wanted.clientId,
    grantId,
    detail: { scope: wanted.scope, key: wanted.key },
  })
  const algorithm = accessTokenAlgorithm
  const token = await signAsWanted(context, { key: wanted.key, algorithm, header, claims })
  return { token, header, claims }
}

async function coveredCompanies({ database }: ServerContext, wanted: WantedToken) {
  if (wanted.companyIds) return wanted.companyIds
  if (!wanted.person) return []
  const memberships = await findMemberships(database, wanted.person.id)
  return memberships.map(({ companyId }) => companyId)
}

/** The token lives and ends with it, as with one that was consented to. */
async function saveGrant(
  { config, database }: ServerContext,
  { clientId, scope, companyIds }: WantedToken,
  person: Person,
): Promise<string> {
  const id = randomUUID()
  const now = Date.now()
  await database.prisma.grant.create({
    data: {
      id,
      personId: person.id,
      clientId,
      scope,
      companies: companyIds ? 'selected' : 'all',
      companyIds: JSON.stringify(companyIds ?? []),
      createdAt: new Date(now),
      expiresAt: new Date(now + config.refreshTokenTtlSeconds * 1000),
    },
  })
  return id
}

function overridden(good: object, changes: Readonly<Record<string, unknown>>) {
  const entries = Object.entries({ ...good, ...changes })
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined))
}
