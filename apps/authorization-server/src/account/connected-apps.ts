import { identityScopes, resourceScopes } from '@neonpanel/contracts/scopes'
import { findClient } from '../clients/clients.ts'
import type { ServerContext } from '../context.ts'
import { type CompanyMembership, findMemberships } from '../people/directory.ts'
import { findLiveGrantsOfPerson, type GrantFacts } from '../provider/grant-facts.ts'
import { revokeGrant } from '../provider/grants.ts'
import { type App, isReviewed } from '../web/identity.ts'

/** An app that a person let in, with all that it may do now: however often it was connected, it is one. */
export interface ConnectedApp extends App {
  /** The newest first. The first one's id names the app in addresses. */
  readonly grants: readonly GrantFacts[]
  /** In catalogue order; what the person's roles do not hold any more is not among them. */
  readonly scopes: readonly string[]
  /** Those that it reaches now, in order of name. */
  readonly companies: readonly CompanyMembership[]
  /** Whether it reaches companies that the person joins later as well. */
  readonly coversAllCompanies: boolean
  readonly connectedAt: Date
  readonly lastUsedAt: Date | null
}

type GrantContext = Pick<ServerContext, 'database'>

/** What a person has connected, the latest first. */
export async function listConnectedApps(
  { database }: GrantContext,
  personId: string,
): Promise<ConnectedApp[]> {
  const [grants, memberships] = await Promise.all([
    findLiveGrantsOfPerson(database, personId),
    findMemberships(database, personId),
  ])
  const byClient = Map.groupBy(grants, ({ clientId }) => clientId)
  return Promise.all(
    [...byClient].map(async ([clientId, ofClient]) => {
      const client = await findClient(database, clientId)
      return {
        clientId,
        name: client?.name ?? hostOf(clientId),
        reviewed: client !== undefined && isReviewed(client),
        ...reachOf(ofClient, memberships),
      }
    }),
  )
}

/** The app that one of the person's live grants belongs to. */
export async function findConnectedApp(
  context: GrantContext,
  personId: string,
  grantId: string,
): Promise<ConnectedApp | undefined> {
  const apps = await listConnectedApps(context, personId)
  return apps.find(({ grants }) => grants.some((grant) => grant.grantId === grantId))
}

/**
 * Ends everything that a person granted to an app, or to every app. Returns how many grants ended.
 *
 * @param clientId undefined = every app
 */
export async function revokeApps(
  context: GrantContext,
  personId: string,
  clientId: string | undefined,
  correlationId: string | undefined,
): Promise<number> {
  let ended = 0
  for (const grant of await findLiveGrantsOfPerson(context.database, personId)) {
    if (clientId !== undefined && grant.clientId !== clientId) continue
    if (await revokeGrant(context, grant.grantId, 'person', correlationId)) ended += 1
  }
  return ended
}

function reachOf(grants: readonly GrantFacts[], memberships: readonly CompanyMembership[]) {
  return {
    grants,
    scopes: catalogue.filter((scope) => grants.some(({ scopes }) => scopes.has(scope))),
    companies: memberships.filter(({ companyId }) =>
      grants.some(({ companies }) => companies.has(companyId)),
    ),
    coversAllCompanies: grants.some((grant) => grant.coversAllCompanies),
    connectedAt: grants.at(-1)!.createdAt,
    lastUsedAt: latest(grants.map(({ lastUsedAt }) => lastUsedAt)),
  }
}

/** Permissions first, then identity scopes. */
const catalogue: readonly string[] = [...resourceScopes, ...identityScopes]

/** A client that is its metadata document is known by the host of its address. */
function hostOf(clientId: string): string {
  return URL.canParse(clientId) ? new URL(clientId).host : clientId
}

function latest(dates: readonly (Date | null)[]): Date | null {
  const known = dates.filter((date) => date !== null)
  return known.length > 0 ? new Date(Math.max(...known.map((date) => date.getTime()))) : null
}
