import { isScope, parseScope, type Scope } from '@neonpanel/contracts/scopes'
import { now } from '@neonpanel/process/clock'
import type { ServerContext } from '../context.ts'
import { type CompanyMembership, findMemberships, type Person } from '../people/directory.ts'
import { impliedScopeParameter } from '../provider/resources.ts'
import { findAnsweredChallenge } from '../provider/scope-challenges.ts'
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
  const asked = { personId: person.id, clientId: app.clientId, scopes: requested.scopes }
  return {
    ...requested,
    impliedScope: requested.scopes.find(
      (name) => name === interaction.params[impliedScopeParameter],
    ),
    memberships,
    trusted: app.trusted,
    mustConfirmStart: !app.trusted && app.destination.kind === 'this-computer',
    earlier: await grantToAddTo(context, asked, memberships),
  }
}

interface Asked {
  readonly personId: string
  readonly clientId: string
  readonly scopes: readonly Scope[]
}

/** What a step-up adds to; undefined for a new start, whose grant holds nothing but what is requested. */
async function grantToAddTo(
  context: ServerContext,
  asked: Asked,
  memberships: readonly CompanyMembership[],
): Promise<EarlierGrant | undefined> {
  const earlier = await findEarlierGrant(context, asked, memberships)
  if (!earlier) return undefined
  const answered = await findAnsweredChallenge(context.database, asked)
  const challenge = answered?.grantId === earlier.grant.id ? answered : undefined
  return challenge || repeatsAndAsksForMore(asked.scopes, earlier)
    ? { ...earlier.grant, challenge }
    : undefined
}

/**
 * Whether a request repeats all that was granted and asks for more: for what was not decided then, or for some of what was
 * refused. Anything else is a new start, with every choice open again: so is the very request that was decided, which a client
 * repeats when it connects anew.
 */
function repeatsAndAsksForMore(
  requested: readonly Scope[],
  { grant, decided }: { grant: EarlierGrant; decided: ReadonlySet<string> },
): boolean {
  if (!grant.scopes.every((name) => requested.includes(name))) return false
  if (requested.some((name) => !decided.has(name))) return true
  return requested.length > grant.scopes.length && requested.length < decided.size
}

/** The newest live grant of the same person to the same client, and what was decided then: granted or refused. */
async function findEarlierGrant(
  { database, provider, config }: ServerContext,
  { personId, clientId }: Asked,
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
    grant: { id: row.id, scopes, companies, since: row.createdAt },
    decided: new Set(parseScope(record.getResourceScopeEncountered(config.mcpUrl))),
  }
}
