import type { EventEmitter } from 'node:events'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { AuditEvent } from '../audit/audit.ts'
import { refusedAt } from '../errors/refused-authorization.ts'
import { topicOf } from '../errors/topics.ts'
import { aboutFlow, aboutGrant } from './event-subjects.ts'

type Refusal = { readonly error?: string; readonly error_description?: string | undefined }
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
export function observeRefusals(events: EventEmitter, keep: Keep): void {
  const observe = (
    name: string,
    event: (ctx: KoaContextWithOIDC, refusal: Refusal) => AuditEvent,
  ) => {
    events.on(name, (ctx: KoaContextWithOIDC, refusal: Refusal) => {
      if (!ctx.state.isPaused) keep(ctx, event(ctx, refusal))
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
function reason(ctx: KoaContextWithOIDC, { error, error_description: description }: Refusal) {
  if (error === undefined) return { description }
  const refused = refusedAt(ctx, error)
  return { error: refused.error, description, rule: topicOf(refused) }
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
