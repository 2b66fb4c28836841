import { isScope, parseScope } from '@neonpanel/contracts/scopes'
import { now } from '@neonpanel/process/clock'
import type { ServerContext } from '../context.ts'
import { type CompanyMembership, findMemberships, type Person } from '../people/directory.ts'
import { impliedScopeParameter } from '../provider/resources.ts'
import {
  type Companies,
  type ConsentRequest,
  type EarlierGrant,
  requestedScopes,
} from './consent.ts'
import type { OpenInteraction } from './open-interaction.ts'

/** Gathers the facts of a consent: what the client asks, what the person may do, what was granted before. */
export async function consentRequest(
  context: ServerContext,
  { interaction, app }: OpenInteraction,
  person: Person,
): Promise<ConsentRequest> {
  const scope = interaction.params.scope
  const requested = requestedScopes(typeof scope === 'string' ? scope : undefined)
  const memberships = await findMemberships(context.database, person.id)
  const earlier = await findEarlierGrant(context, person.id, app.clientId, memberships)
  const asksForMore = requested.scopes.some((name) => !earlier?.decided.has(name))
  return {
    ...requested,
    impliedScope: requested.scopes.find(
      (name) => name === interaction.params[impliedScopeParameter],
    ),
    memberships,
    trusted: app.trusted,
    mustConfirmStart: !app.trusted && app.destination.kind === 'this-computer',
    ...(earlier && asksForMore && { earlier: earlier.grant }),
  }
}

/**
 * The newest live grant of the same person to the same client. A request that goes beyond what was decided then is a
 * step-up; one that does not is a new start, with every choice open again.
 */
async function findEarlierGrant(
  { database, provider, config }: ServerContext,
  personId: string,
  clientId: string,
  memberships: readonly CompanyMembership[],
): Promise<{ grant: EarlierGrant; decided: ReadonlySet<string> } | undefined> {
  const row = await database.prisma.grant.findFirst({
    where: { personId, clientId, revokedAt: null, expiresAt: { gt: now() } },
    orderBy: { createdAt: 'desc' },
  })
  const record = row && (await provider.Grant.find(row.id))
  if (!record) return undefined
  const scopes = parseScope(row.scope).filter(isScope)
  const companies: Companies =
    row.companies === 'all' ? { all: true } : { all: false, ids: JSON.parse(row.companyIds) }
  const stillMember = memberships.some(
    ({ companyId }) => companies.all || companies.ids.includes(companyId),
  )
  if (scopes.length === 0 || !stillMember) return undefined
  return {
    grant: { scopes, companies, since: row.createdAt },
    decided: new Set(parseScope(record.getResourceScopeEncountered(config.mcpUrl))),
  }
}
