import type { Database } from '@neonpanel/database/open'

/**
 * A client that is known by the https address of its metadata document. It is in no directory: it exists here by what
 * people granted it.
 */
export interface DocumentClient {
  /** The address of the document. */
  readonly clientId: string
  readonly activeGrants: number
}

/** Most that a page shows. */
const longestList = 100

/** Document clients with active grants, those with the most first. */
export async function listDocumentClients({ prisma }: Database): Promise<DocumentClient[]> {
  const granted = await prisma.grant.groupBy({
    by: ['clientId'],
    where: { clientId: { startsWith: 'https://' }, revokedAt: null, expiresAt: { gt: new Date() } },
    _count: true,
    orderBy: [{ _count: { clientId: 'desc' } }, { clientId: 'asc' }],
    take: longestList,
  })
  const clientIds = granted.map(({ clientId }) => clientId)
  const registered = await prisma.client.findMany({
    where: { clientId: { in: clientIds } },
    select: { clientId: true },
  })
  const known = new Set(registered.map(({ clientId }) => clientId))
  return granted
    .filter(({ clientId }) => !known.has(clientId))
    .map(({ clientId, _count }) => ({ clientId, activeGrants: _count }))
}

/** Undefined when nobody ever granted anything to a client of this address. */
export async function findDocumentClient(
  { prisma }: Database,
  clientId: string,
): Promise<DocumentClient | undefined> {
  if (!clientId.startsWith('https://')) return undefined
  if (!(await prisma.grant.findFirst({ where: { clientId }, select: { id: true } }))) {
    return undefined
  }
  const where = { clientId, revokedAt: null, expiresAt: { gt: new Date() } }
  return { clientId, activeGrants: await prisma.grant.count({ where }) }
}

/** What such a client is called: its name is known only while it asks for something. */
export function documentHost({ clientId }: Pick<DocumentClient, 'clientId'>): string {
  return URL.canParse(clientId) ? new URL(clientId).host : clientId
}
