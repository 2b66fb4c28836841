import { now } from '@neonpanel/process/clock'
import type { Context } from 'koa'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import type { Person } from '../people/directory.ts'
import type { ConsentDecision, ConsentRequest } from './consent.ts'
import type { OpenInteraction } from './open-interaction.ts'

type Decision = Extract<ConsentDecision, { ok: true }>

/**
 * Keeps a consent: the provider's grant, and our row with the companies under the same id. Every consent is a grant of
 * its own; an earlier one lives on for whoever holds its tokens.
 *
 * @returns the grant's id
 */
export async function saveGrant(
  { provider, database, config }: ServerContext,
  { interaction, app }: OpenInteraction,
  person: Person,
  request: ConsentRequest,
  decision: Decision,
): Promise<string> {
  const grant = new provider.Grant({ accountId: person.id, clientId: app.clientId })
  const scope = [...request.identityScopes, ...decision.granted].join(' ')
  grant.addOIDCScope(request.identityScopes.join(' '))
  grant.addResourceScope(config.mcpUrl, decision.granted.join(' '))
  if (decision.refused.length > 0) {
    grant.rejectResourceScope(config.mcpUrl, decision.refused.join(' '))
  }
  grant.addOIDCClaims(missingClaims(interaction.prompt.details))
  const lifetimeSeconds = grant.remainingTTL
  const id = await grant.save()

  const { companies } = decision
  await database.prisma.grant.create({
    data: {
      id,
      personId: person.id,
      clientId: app.clientId,
      scope,
      companies: companies.all ? 'all' : 'selected',
      companyIds: JSON.stringify(companies.all ? [] : companies.ids),
      createdAt: now(),
      expiresAt: new Date(now().getTime() + lifetimeSeconds * 1000),
    },
  })
  return id
}

/** Keeps that a person said yes or no; ids and names only. */
export async function recordConsent(
  { database }: ServerContext,
  ctx: Context,
  { interaction, app }: OpenInteraction,
  person: Person,
  outcome: { grantId: string; scope: string; refused: string } | { denied: string },
): Promise<void> {
  const { grantId, ...detail } = 'grantId' in outcome ? outcome : { grantId: undefined, ...outcome }
  await recordAudit(database, {
    type: grantId ? 'consent.granted' : 'consent.denied',
    personId: person.id,
    clientId: app.clientId,
    grantId,
    correlationId: ctx.state.correlationId,
    address: ctx.ip,
    detail: {
      flow: interaction.cid,
      ...(ctx.state.automatic === true && { automatic: true }),
      ...detail,
    },
  })
}

function missingClaims(details: Record<string, unknown>): string[] {
  const claims = details.missingOIDCClaims
  return Array.isArray(claims) ? claims.map(String) : []
}
