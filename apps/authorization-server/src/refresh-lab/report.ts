import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { ServerContext } from '../context.ts'
import { findGrantFacts } from '../provider/grant-facts.ts'
import type { Barrier, RaceEntry } from './race.ts'

/** A token of a race, without its value. */
export interface RaceCredential {
  /** `R0` was presented; `R1`, `A1`, … were given, in the order of the answers. */
  readonly label: string
  readonly kind: 'refresh_token' | 'access_token'
  /** The first digits of its SHA-256, by which a client recognizes its own. */
  readonly sha256: string
  /** Who got it: numbers of arrival. */
  readonly givenTo: readonly number[]
  /** Whether it would be accepted now. */
  readonly survives: boolean
}

/** Who won a race, what everybody got, and which credentials are still worth something. */
export async function describeRace(context: ServerContext, barrier: Barrier) {
  const entries = barrier.entries()
  const finished = entries
    .filter(({ answer }) => answer)
    .toSorted((a, b) => (a.finished ?? 0) - (b.finished ?? 0))
  const tokens = collectTokens(entries, finished)
  const credentials = await Promise.all(
    [...tokens].map(async ([value, { label, kind, givenTo }]) => ({
      label,
      kind,
      sha256: hash('sha256', value, 'hex').slice(0, 16),
      givenTo,
      survives: await isAccepted(context, kind, value),
    })),
  )
  const labelOf = (value: unknown) => tokens.get(String(value))?.label ?? null
  return {
    state: barrier.state(),
    winner: finished.find(({ answer }) => answer?.status === 200)?.arrived ?? null,
    contenders: entries.map(({ arrived, finished: place, clientId, refreshToken, answer }) => ({
      arrived,
      finished: place ?? null,
      client_id: clientId ?? null,
      presented: labelOf(refreshToken),
      status: answer?.status ?? null,
      error: typeof answer?.body.error === 'string' ? answer.body.error : null,
      access_token: labelOf(answer?.body.access_token),
      refresh_token: labelOf(answer?.body.refresh_token),
    })),
    credentials: credentials satisfies RaceCredential[],
  }
}

interface Token {
  readonly label: string
  readonly kind: RaceCredential['kind']
  readonly givenTo: number[]
}

/** What was presented, in the order of arrival, then what was given, in the order of the answers. */
function collectTokens(entries: readonly RaceEntry[], finished: readonly RaceEntry[]) {
  const tokens = new Map<string, Token>()
  const next = { refresh_token: 1, access_token: 1 }
  for (const { refreshToken } of entries) {
    const presented = `R0${'’'.repeat(tokens.size)}`
    if (!tokens.has(refreshToken)) {
      tokens.set(refreshToken, { label: presented, kind: 'refresh_token', givenTo: [] })
    }
  }
  for (const { arrived, answer } of finished) {
    for (const kind of ['refresh_token', 'access_token'] as const) {
      const value = answer?.body[kind]
      if (typeof value !== 'string') continue
      const letter = kind === 'refresh_token' ? 'R' : 'A'
      const known = tokens.get(value) ?? { label: `${letter}${next[kind]++}`, kind, givenTo: [] }
      known.givenTo.push(arrived)
      tokens.set(value, known)
    }
  }
  return tokens
}

/** Asks the records that introspection and the token endpoint ask. */
async function isAccepted(
  { provider, database }: ServerContext,
  kind: RaceCredential['kind'],
  value: string,
): Promise<boolean> {
  const isJwt = kind === 'access_token' && value.split('.').length === 3
  if (isJwt) {
    const { jti = '', exp = 0, grant_id: grantId } = decodeJwt<{ grant_id?: string }>(value)
    const isRevoked = await database.prisma.revokedAccessToken.count({ where: { jti } })
    return isRevoked === 0 && exp * 1000 > Date.now() && (await isLive(database, grantId))
  }
  const token =
    kind === 'access_token'
      ? await provider.AccessToken.find(value)
      : await provider.RefreshToken.find(value)
  if (!token?.isValid) return false
  return await isLive(database, token.grantId)
}

async function isLive(database: ServerContext['database'], grantId: string | undefined) {
  return grantId !== undefined && ((await findGrantFacts(database, grantId))?.isLive ?? false)
}
