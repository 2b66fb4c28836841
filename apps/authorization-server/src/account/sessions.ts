import type { Database } from '@neonpanel/database/open'
import { recordAudit } from '../audit/audit.ts'
import { endInteractionsOfPerson } from '../provider/grants.ts'
import { hashOf } from '../provider/secrets.ts'
import { type Device, deviceKind } from './devices.ts'

/** A browser where a person is signed in. */
export interface AccountSession {
  /** SHA-256 of the session's uid: names it in forms and is worth nothing to anybody. */
  readonly id: string
  readonly isCurrent: boolean
  /** Undefined for a session of before devices were noted. */
  readonly device: Device | undefined
  readonly startedAt: Date
}

/**
 * Where a person is signed in, this browser first, then the latest.
 *
 * @param currentUid uid of the session that asks
 */
export async function listSessions(
  { prisma }: Database,
  personId: string,
  currentUid: string,
): Promise<AccountSession[]> {
  const records = await prisma.oidcRecord.findMany({
    where: {
      kind: { in: ['Session', deviceKind] },
      accountId: personId,
      expiresAt: { gt: new Date() },
    },
    select: { kind: true, idHash: true, uidHash: true, payload: true, createdAt: true },
    orderBy: { createdAt: 'desc' },
  })
  const devices = new Map(
    records
      .filter(({ kind }) => kind === deviceKind)
      .map(({ idHash, payload }) => [idHash, JSON.parse(payload) as Device]),
  )
  const current = hashOf(currentUid)
  return records
    .filter(({ kind, uidHash }) => kind === 'Session' && uidHash !== null)
    .map(({ uidHash, createdAt }) => ({
      id: uidHash!,
      isCurrent: uidHash === current,
      device: devices.get(uidHash!),
      startedAt: createdAt,
    }))
    .toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent))
}

/** Signs one browser of the person out. Apps that were connected from it stay connected. */
export async function endSession(
  database: Database,
  personId: string,
  sessionId: string,
  correlationId: string | undefined,
): Promise<boolean> {
  return (await endSessions(database, personId, sessionId, correlationId)) > 0
}

/** Signs every other browser of the person out, those included that are about to be signed in. Returns how many. */
export async function endOtherSessions(
  database: Database,
  personId: string,
  currentUid: string,
  correlationId: string | undefined,
): Promise<number> {
  await endInteractionsOfPerson({ database }, personId)
  return endSessions(database, personId, { not: hashOf(currentUid) }, correlationId)
}

async function endSessions(
  database: Database,
  personId: string,
  which: string | { not: string },
  correlationId: string | undefined,
): Promise<number> {
  const { prisma } = database
  const [{ count }] = await prisma.$transaction([
    prisma.oidcRecord.deleteMany({
      where: { kind: 'Session', accountId: personId, uidHash: which },
    }),
    prisma.oidcRecord.deleteMany({
      where: { kind: deviceKind, accountId: personId, idHash: which },
    }),
  ])
  if (count > 0) {
    await recordAudit(database, {
      type: 'session.ended',
      personId,
      correlationId,
      detail: { by: 'person', count },
    })
  }
  return count
}
