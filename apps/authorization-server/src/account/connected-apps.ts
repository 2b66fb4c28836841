import { identityScopes, isScope, parseScope, resourceScopes } from '@neonpanel/contracts/scopes'
import { findClient } from '../clients/clients.ts'
import type { ServerContext } from '../context.ts'
import { revokeGrant } from '../provider/grants.ts'
import { type App, isReviewed } from '../web/identity.ts'

/** An app that a person let in, with all that it may do now. */
export interface ConnectedApp extends App {
  /** In catalogue order. */
  readonly scopes: readonly string[]
  /** Names in order; `all` = those of today and of tomorrow. */
  readonly companies: 'all' | readonly string[]
  readonly connectedAt: Date
  readonly lastUsedAt: Date | null
}

type GrantContext = Pick<ServerContext, 'database'>

/** What a person has connected, the latest first: one entry per app, however often it was connected. */
export async function listConnectedApps(
  { database }: GrantContext,
  personId: string,
): Promise<ConnectedApp[]> {
  const grants = await activeGrants({ database }, { personId })
  const companyNames = await namesOfCompanies({ database }, grants.flatMap(coveredCompanies))
  const byClient = Map.groupBy(grants, ({ clientId }) => clientId)
  return Promise.all(
    [...byClient].map(async ([clientId, ofClient]) => {
      const client = await findClient(database, clientId)
      return {
        clientId,
        name: client?.name ?? hostOf(clientId),
        reviewed: client !== undefined && isReviewed(client),
        scopes: inCatalogueOrder(ofClient.flatMap(({ scope }) => parseScope(scope))),
        companies: ofClient.some(({ companies }) => companies === 'all')
          ? ('all' as const)
          : [...new Set(ofClient.flatMap(coveredCompanies))].map(
              (id) => companyNames.get(id) ?? id,
            ),
        connectedAt: ofClient.at(-1)!.createdAt,
        lastUsedAt: latest(ofClient.map(({ lastUsedAt }) => lastUsedAt)),
      }
    }),
  )
}

/** Ends everything that a person granted to an app. Returns how many grants ended. */
export async function revokeApp(
  context: GrantContext,
  personId: string,
  clientId: string,
  correlationId: string | undefined,
): Promise<number> {
  let ended = 0
  for (const { id } of await activeGrants(context, { personId, clientId })) {
    if (await revokeGrant(context, id, 'person', correlationId)) ended += 1
  }
  return ended
}

type ActiveGrant = Awaited<ReturnType<typeof activeGrants>>[number]

function activeGrants({ database }: GrantContext, where: { personId: string; clientId?: string }) {
  return database.prisma.grant.findMany({
    where: { ...where, revokedAt: null, expiresAt: { gt: new Date() } },
    orderBy: { createdAt: 'desc' },
  })
}

function coveredCompanies({ companyIds }: Pick<ActiveGrant, 'companyIds'>): string[] {
  return JSON.parse(companyIds)
}

async function namesOfCompanies({ database }: GrantContext, ids: readonly string[]) {
  const companies = await database.prisma.company.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  })
  return new Map(companies.map(({ id, name }) => [id, name]))
}

const catalogue: readonly string[] = [...resourceScopes, ...identityScopes]

/** Permissions first, then identity scopes; anything else is no longer known and is not shown. */
function inCatalogueOrder(granted: readonly string[]): string[] {
  return catalogue.filter((scope) => granted.includes(scope))
}

/** A client that is its metadata document is known by the host of its address. */
function hostOf(clientId: string): string {
  return URL.canParse(clientId) ? new URL(clientId).host : clientId
}

function latest(dates: readonly (Date | null)[]): Date | null {
  const known = dates.filter((date) => date !== null)
  return known.length > 0 ? new Date(Math.max(...known.map((date) => date.getTime()))) : null
}

/** Whether a scope lets an app change data. */
export function isWriteScope(scope: string): boolean {
  return isScope(scope) && scope.startsWith('write:')
}
