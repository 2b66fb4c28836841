import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import type Provider from 'oidc-provider'
import type { Client, KoaContextWithOIDC } from 'oidc-provider'
import { type AuditEvent, recordAudit } from '../audit/audit.ts'
import { aboutFlow, aboutGrant } from './event-subjects.ts'
import { rememberedFacts } from './grant-facts.ts'
import { noteUse } from './last-use.ts'
import { observeRefusals } from './refusal-events.ts'
import { registrationOf } from './registration-gate.ts'

/** Turns what happens in the provider into audit events and log lines, with ids only. Answers do not wait for them. */
export function observeProvider(
  provider: Provider,
  { database, log, mcpUrl }: { database: Database; log: Log; mcpUrl: string },
): void {
  const unsaved = (error: unknown) => log.error({ err: error }, 'an event could not be stored')
  const audit = (ctx: KoaContextWithOIDC, event: AuditEvent) => {
    recordAudit(database, { ...aboutRequest(ctx), ...event }).catch(unsaved)
  }

  observeRefusals(provider, { database, mcpUrl }, audit)
  provider.on('interaction.started', (ctx, { name }) => {
    const detail = { ...aboutFlow(ctx), prompt: name }
    audit(ctx, { type: 'interaction.started', ...aboutGrant(ctx), detail })
  })
  provider.on('authorization.success', (ctx) => {
    audit(ctx, { type: 'authorization.succeeded', ...aboutGrant(ctx), detail: aboutFlow(ctx) })
  })
  provider.on('grant.success', (ctx) => {
    const refreshed = ctx.oidc.entities.RotatedRefreshToken !== undefined
    audit(ctx, {
      type: refreshed ? 'token.refreshed' : 'token.issued',
      ...aboutGrant(ctx),
      detail: aboutToken(ctx),
    })
    const { client, entities } = ctx.oidc
    const facts = rememberedFacts(ctx, entities.Grant?.jti)
    if (client) noteUse(database, client.clientId, facts).catch(unsaved)
  })
  provider.on('registration_create.success', (ctx, client) => {
    const jti = registrationOf(ctx)?.initialAccessToken.jti
    audit(ctx, { type: 'client.registered', ...aboutClient(client), detail: jti ? { jti } : {} })
  })
  provider.on('registration_update.success', (ctx, client) => {
    audit(ctx, { type: 'client.updated', ...aboutClient(client), detail: { by: 'client' } })
  })
  provider.on('registration_delete.success', (ctx, client) => {
    audit(ctx, { type: 'client.deleted', ...aboutClient(client), detail: { by: 'client' } })
  })
  provider.on('end_session.success', (ctx) => {
    audit(ctx, { type: 'sign_out.succeeded', ...aboutGrant(ctx) })
  })
  provider.on('server_error', (ctx, error) => {
    ctx.state.failure = error
    const requestLog: Log = ctx.state.log ?? log
    requestLog.error({ err: error }, 'the provider failed')
  })
}

function aboutRequest(ctx: KoaContextWithOIDC) {
  return { correlationId: ctx.state.correlationId as string | undefined, address: ctx.ip }
}

function aboutClient(client: Client) {
  return { clientId: client.clientId }
}

function aboutToken({ oidc }: KoaContextWithOIDC) {
  const token = oidc.entities.AccessToken ?? oidc.entities.ClientCredentials
  return { grantType: oidc.params?.grant_type, scope: token?.scope, audience: token?.aud }
}
