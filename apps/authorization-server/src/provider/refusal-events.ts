import type { EventEmitter } from 'node:events'
import type { Database } from '@neonpanel/database/open'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { AuditEvent } from '../audit/audit.ts'
import { findClient } from '../clients/clients.ts'
import { refusedAt } from '../errors/refused-authorization.ts'
import { topicOf } from '../errors/topics.ts'
import { aboutFlow, aboutGrant } from './event-subjects.ts'
import { reasonOf } from './refusal-reasons.ts'

type Refusal = {
  readonly error?: string
  readonly error_description?: string | undefined
  readonly error_detail?: string | undefined
}
type Keep = (ctx: KoaContextWithOIDC, event: AuditEvent) => void

const authorizations = [
  'authorization.error',
  'pushed_authorization_request.error',
  'device_authorization.error',
]

const registrations = [
  'registration_create.error',
  'registration_read.error',
  'registration_update.error',
  'registration_delete.error',
]

/**
 * Keeps each refusal under the correlation id that its answer carries, with the rule that the request broke: a section of
 * docs/errors.md. Failures of whoever is paused for failing are no events: nobody can fill the audit log.
 */
export function observeRefusals(
  events: EventEmitter,
  { database, mcpUrl }: { database: Database; mcpUrl: string },
  keep: Keep,
): void {
  const reason = (ctx: KoaContextWithOIDC, refusal: Refusal) => reasonFor(ctx, refusal, mcpUrl)
  const observe = (
    name: string,
    event: (ctx: KoaContextWithOIDC, refusal: Refusal) => AuditEvent,
  ) => {
    events.on(name, (ctx: KoaContextWithOIDC, refusal: Refusal) => {
      if (ctx.state.isPaused) return
      const told = event(ctx, refusal)
      if (told.detail?.reason !== 'client_unknown') return keep(ctx, told)
      identified(database, told).then(
        (exact) => keep(ctx, exact),
        () => keep(ctx, told),
      )
    })
  }
  for (const name of authorizations) {
    observe(name, (ctx, refusal) => ({
      type: 'authorization.failed',
      ...aboutGrant(ctx),
      detail: { ...aboutFlow(ctx), ...reason(ctx, refusal), requested: requested(ctx) },
    }))
  }
  observe('grant.error', (ctx, refusal) => ({
    type: 'token.refused',
    ...aboutGrant(ctx),
    detail: { grantType: ctx.oidc.params?.grant_type, ...reason(ctx, refusal) },
  }))
  for (const name of registrations) {
    observe(name, (ctx, refusal) => ({
      type: 'client.refused',
      clientId: ctx.oidc.client?.clientId,
      detail: reason(ctx, refusal),
    }))
  }
}

/** Descriptions are fixed texts of the provider or ours; details may name what was sent. */
function reasonFor(ctx: KoaContextWithOIDC, refusal: Refusal, mcpUrl: string) {
  const { error, error_description: description, error_detail: detail } = refusal
  if (error === undefined) return { description }
  const refused = refusedAt(ctx, error)
  const exact = reasonOf(ctx, refused, { mcpUrl, detail: detail ?? description })
  return { error: refused.error, description, rule: topicOf(refused), ...exact }
}

/** Tells a client that is suspended, or was registered here once, from one that never was. */
async function identified(database: Database, event: AuditEvent): Promise<AuditEvent> {
  const clientId = String(event.detail?.got)
  const client = await findClient(database, clientId)
  const is = (reason: string) => ({ ...event, clientId, detail: { ...event.detail, reason } })
  if (client) return client.suspendedAt ? is('client_suspended') : event
  const grant = await database.prisma.grant.findFirst({ where: { clientId }, select: { id: true } })
  return grant ? is('client_pruned') : event
}

/** What a mismatch is found by; none of these is secret. */
const comparable = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'resource',
  'code_challenge_method',
]

function requested(ctx: KoaContextWithOIDC): Record<string, string> {
  const { parameters } = refusedAt(ctx, '')
  const sent = comparable.flatMap((name) => {
    const value = parameters[name]
    return value === undefined ? [] : [[name, String(value).slice(0, 300)] as const]
  })
  return Object.fromEntries(sent)
}
