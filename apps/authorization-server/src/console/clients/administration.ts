import { randomBytes } from 'node:crypto'
import { errors, type ClientMetadata as ProviderMetadata } from 'oidc-provider'
import { recordAudit } from '../../audit/audit.ts'
import { createClientSecret, hashClientSecret } from '../../clients/client-secrets.ts'
import {
  type Client,
  type ClientMetadata,
  createClient,
  deleteClient,
  findClient,
  updateClient,
} from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { revokeGrantsOfClient } from '../../provider/grants.ts'
import type { Actor } from '../actor.ts'
import type { ClientChangeInput, NewClientInput } from './client-input.ts'

/** Why metadata was refused, in the words of RFC 7591 section 3.2.2. */
export interface RefusedMetadata {
  readonly ok: false
  readonly reason: 'invalid_redirect_uri' | 'invalid_client_metadata'
  readonly description: string
}

export type Registration =
  /** The secret is shown once: only its hash is stored. */
  | { ok: true; client: Client; clientSecret: string | undefined }
  | { ok: false; reason: 'client_id_taken' }
  | RefusedMetadata

/** Registers a client by hand, under the same rules as the registration endpoint. */
export async function registerClient(
  context: ServerContext,
  input: NewClientInput,
  actor: Actor,
): Promise<Registration> {
  const { client_id, allowed_scopes, ...given } = input
  const clientId = client_id ?? `np_${randomBytes(12).toString('base64url')}`
  if (await findClient(context.database, clientId)) return { ok: false, reason: 'client_id_taken' }

  const metadata = withChanges(
    { response_types: given.grant_types.includes('authorization_code') ? ['code'] : [] },
    given,
  )
  const isPublic = given.token_endpoint_auth_method === 'none'
  const clientSecret = isPublic ? undefined : createClientSecret()
  const refused = await refusalOf(context, clientId, metadata, clientSecret)
  if (refused) return refused

  const client = await createClient(context.database, {
    clientId,
    name: given.client_name,
    metadata,
    origin: 'administrator',
    secretHash: clientSecret === undefined ? null : await hashClientSecret(clientSecret),
    ...(allowed_scopes.length > 0 && { scopeCeiling: allowed_scopes }),
  })
  await auditClient(context, 'client.registered', clientId, actor, { origin: 'administrator' })
  return { ok: true, client, clientSecret }
}

export type ClientChange =
  | { ok: true; client: Client }
  | { ok: false; reason: 'unknown_client' }
  | RefusedMetadata

/** Changes a client. Suspending ends its grants at once; a suspended client is unknown to every endpoint. */
export async function changeClient(
  context: ServerContext,
  clientId: string,
  changes: ClientChangeInput,
  actor: Actor,
): Promise<ClientChange> {
  const client = await findClient(context.database, clientId)
  if (!client) return { ok: false, reason: 'unknown_client' }
  const { reviewed, suspended, allowed_scopes, ...given } = changes
  const metadata = withChanges(client.metadata, given)
  // Only what changes is judged: a client must never be safe from suspension because a rule is newer than it is.
  if (Object.keys(given).length > 0) {
    const secret = client.secretHash === null ? undefined : createClientSecret()
    const refused = await refusalOf(context, clientId, metadata, secret)
    if (refused) return refused
  }

  const changed = await updateClient(context.database, clientId, {
    metadata,
    ...(given.client_name !== undefined && { name: given.client_name }),
    ...(allowed_scopes && { scopeCeiling: allowed_scopes.length > 0 ? allowed_scopes : null }),
    ...(reviewed !== undefined && { reviewed: reviewed && { by: actor.by } }),
    ...(suspended !== undefined && { suspended }),
  })
  if (!changed) return { ok: false, reason: 'unknown_client' }
  if (suspended === true) {
    await revokeGrantsOfClient(context, clientId, 'suspension', actor.correlationId)
  }
  for (const type of eventsOf(changes)) await auditClient(context, type, clientId, actor)
  return { ok: true, client: changed }
}

/** Gives a confidential client a new secret, shown once. The old one stops working at once; grants stay. */
export async function rotateClientSecret(
  context: ServerContext,
  clientId: string,
  actor: Actor,
): Promise<
  { ok: true; clientSecret: string } | { ok: false; reason: 'unknown_client' | 'no_secret' }
> {
  const client = await findClient(context.database, clientId)
  if (!client) return { ok: false, reason: 'unknown_client' }
  if (client.secretHash === null) return { ok: false, reason: 'no_secret' }
  const clientSecret = createClientSecret()
  const secretHash = await hashClientSecret(clientSecret)
  const changed = await updateClient(context.database, clientId, { secretHash })
  if (!changed) return { ok: false, reason: 'unknown_client' }
  await auditClient(context, 'client.secret_rotated', clientId, actor)
  return { ok: true, clientSecret }
}

/** Removes a client and ends all that it was granted. */
export async function removeClient(
  context: ServerContext,
  clientId: string,
  actor: Actor,
): Promise<boolean> {
  if (!(await deleteClient(context.database, clientId))) return false
  await revokeGrantsOfClient(context, clientId, 'administrator', actor.correlationId)
  await auditClient(context, 'client.deleted', clientId, actor)
  return true
}

/** The provider judges: what it would not accept from the registration endpoint is not accepted from anybody. */
async function refusalOf(
  { provider }: ServerContext,
  clientId: string,
  metadata: ClientMetadata,
  clientSecret: string | undefined,
): Promise<RefusedMetadata | undefined> {
  const judged = structuredClone({
    ...metadata,
    client_id: clientId,
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
  })
  try {
    await provider.Client.validate(judged as unknown as ProviderMetadata)
    return undefined
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error
    return {
      ok: false,
      reason:
        error instanceof errors.InvalidRedirectUri ||
        /redirect_uris/.test(error.error_description ?? '')
          ? 'invalid_redirect_uri'
          : 'invalid_client_metadata',
      description: error.error_description ?? error.message,
    }
  }
}

/** Members that are null or undefined go. */
function withChanges(metadata: ClientMetadata, given: Record<string, unknown>): ClientMetadata {
  const changed = Object.entries({ ...metadata, ...given })
  return Object.fromEntries(changed.filter(([, value]) => value !== null && value !== undefined))
}

function eventsOf({ reviewed, suspended, ...rest }: ClientChangeInput): `client.${string}`[] {
  return [
    ...(reviewed === undefined
      ? []
      : [reviewed ? ('client.reviewed' as const) : ('client.review_withdrawn' as const)]),
    ...(suspended === undefined
      ? []
      : [suspended ? ('client.suspended' as const) : ('client.reinstated' as const)]),
    ...(Object.keys(rest).length > 0 ? (['client.changed'] as const) : []),
  ]
}

async function auditClient(
  { database }: ServerContext,
  type: `client.${string}`,
  clientId: string,
  { by, correlationId, address }: Actor,
  detail: Record<string, unknown> = {},
) {
  await recordAudit(database, { type, clientId, correlationId, address, detail: { by, ...detail } })
}
