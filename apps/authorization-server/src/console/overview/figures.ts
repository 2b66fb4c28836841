import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { loadFlows } from '@neonpanel/flows/load'
import type { ServerContext } from '../../context.ts'
import { listSigningKeys, signingKeyFor } from '../../provider/signing-keys.ts'
import { unreviewed } from '../clients/client-list.ts'

/** How far back the overview looks: in so many equal parts, which are its bars. */
export const periods = {
  '1h': { label: '1 h', words: 'the last hour', parts: 12, partMs: 300_000 },
  '24h': { label: '24 h', words: 'the last 24 hours', parts: 24, partMs: 3_600_000 },
  '7d': { label: '7 d', words: 'the last 7 days', parts: 28, partMs: 21_600_000 },
} as const

export type Period = keyof typeof periods

/** What happened in one part of the period. */
export interface Part {
  readonly from: Date
  readonly completed: number
  readonly failed: number
  /** Flows that began, whatever became of them. */
  readonly started: number
  /** Access tokens that were issued, refreshed ones included. */
  readonly tokens: number
}

export interface Figures {
  readonly period: Period
  readonly parts: readonly Part[]
  readonly flows: readonly Flow[]
  readonly activeGrants: number
  readonly unreviewedClients: number
  readonly readyTokens: number
  readonly signingKid: string
  /** Whether some flows of the period were not looked at. */
  readonly isCut: boolean
}

export async function loadFigures(context: ServerContext, period: Period): Promise<Figures> {
  const { prisma } = context.database
  const now = new Date()
  const since = startOf(period, now)
  const [{ flows, isCut }, tokens, activeGrants, unreviewedClients, ready, keys] =
    await Promise.all([
      loadFlows(context.database, since),
      Promise.all(startsOf(period, since).map((from) => countTokens(context, period, from))),
      prisma.grant.count({ where: { revokedAt: null, expiresAt: { gt: now } } }),
      prisma.client.count({ where: unreviewed }),
      prisma.initialAccessToken.findMany({
        where: { revokedAt: null, expiresAt: { gt: now } },
        select: { uses: true, maxUses: true },
      }),
      listSigningKeys(context),
    ])
  return {
    period,
    parts: partsOf(period, since, flows, tokens),
    flows,
    activeGrants,
    unreviewedClients,
    readyTokens: ready.filter(({ uses, maxUses }) => uses < maxUses).length,
    signingKid: signingKeyFor(keys, 'ES256').kid,
    isCut,
  }
}

/** Parts begin on the clock: an hour's at full five minutes, a day's at full hours. */
function startOf(period: Period, now: Date): Date {
  const { parts, partMs } = periods[period]
  const endOfPart = Math.ceil((now.getTime() + 1) / partMs) * partMs
  return new Date(endOfPart - parts * partMs)
}

function startsOf(period: Period, since: Date): Date[] {
  const { parts, partMs } = periods[period]
  return Array.from({ length: parts }, (_, index) => new Date(since.getTime() + index * partMs))
}

function countTokens({ database }: ServerContext, period: Period, from: Date): Promise<number> {
  const until = new Date(from.getTime() + periods[period].partMs)
  return database.prisma.auditEvent.count({
    where: { type: { in: ['token.issued', 'token.refreshed'] }, at: { gte: from, lt: until } },
  })
}

function partsOf(
  period: Period,
  since: Date,
  flows: readonly Flow[],
  tokens: readonly number[],
): Part[] {
  const { partMs } = periods[period]
  const indexOf = (at: Date) => Math.floor((at.getTime() - since.getTime()) / partMs)
  return startsOf(period, since).map((from, index) => {
    const begun = flows.filter(({ startedAt }) => indexOf(startedAt) === index)
    return {
      from,
      started: begun.length,
      completed: begun.filter(({ status }) => status === 'completed').length,
      failed: begun.filter(({ status }) => status === 'failed').length,
      tokens: tokens[index] ?? 0,
    }
  })
}
