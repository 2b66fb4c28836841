import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import { findClient } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { apiActor } from '../actor.ts'
import {
  changeClient,
  type RefusedMetadata,
  registerClient,
  removeClient,
  rotateClientSecret,
} from '../clients/administration.ts'
import { clientChangeSchema, newClientSchema } from '../clients/client-input.ts'
import {
  clientFilter,
  clientOrigins,
  type ListedClient,
  searchClients,
  withGrants,
} from '../clients/client-list.ts'
import { findDocumentClient, listDocumentClients } from '../clients/document-clients.ts'
import { endGrantsOfClient } from '../grants.ts'
import { pageParameters } from '../paging.ts'
import { epochSeconds, epochSecondsSchema, listOf, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'
import { ApiRefusal, notFound } from './refusal.ts'

const clientSchema = z
  .looseObject({
    client_id: z.string(),
    client_name: z.string(),
    origin: z.enum(clientOrigins),
    initial_access_token_jti: z.string().nullable().describe('The token it registered with'),
    allowed_scopes: z
      .array(z.enum(resourceScopes as readonly [Scope, ...Scope[]]))
      .describe('Empty: no ceiling'),
    reviewed: z.boolean(),
    reviewed_at: epochSecondsSchema.nullable(),
    reviewed_by: z.string().nullable(),
    suspended: z.boolean(),
    suspended_at: epochSecondsSchema.nullable(),
    active_grants: z.int(),
    created_at: epochSecondsSchema,
    last_used_at: epochSecondsSchema.nullable(),
  })
  .describe('Its metadata by the names of RFC 7591, and what this server knows besides')
  .meta({ id: 'Client' })

const secret = z.string().describe('Shown once: only its hash is stored')

/** Every client that this server keeps. */
export function clientOperations(context: ServerContext): Operation[] {
  return [...listAndRegister(context), ...ofOneClient(context), ...secretAndGrants(context)]
}

const tag = 'Clients'

function listAndRegister(context: ServerContext): Operation[] {
  return [
    operation({
      id: 'listClients',
      method: 'get',
      path: '/clients',
      tag,
      summary: 'Clients, newest first',
      query: z.object({ ...clientFilter, ...pageParameters }),
      answer: listSchema(clientSchema),
      async run({ query: { limit, cursor, ...filter } }) {
        const found = await searchClients(context.database, filter, { limit, cursor })
        return listOf(found, describeClient)
      },
    }),
    operation({
      id: 'listDocumentClients',
      method: 'get',
      path: '/document-clients',
      tag,
      summary:
        'Clients known by their metadata document that people granted something, at most 100',
      answer: listSchema(z.object({ client_id: z.url(), active_grants: z.int() })),
      async run() {
        const clients = await listDocumentClients(context.database)
        return {
          items: clients.map(({ clientId, activeGrants }) => ({
            client_id: clientId,
            active_grants: activeGrants,
          })),
          next_cursor: null,
        }
      },
    }),
    operation({
      id: 'registerClient',
      method: 'post',
      path: '/clients',
      tag,
      summary: 'Register a client by hand, under the rules of the registration endpoint',
      status: 201,
      body: newClientSchema,
      answer: clientSchema.extend({ client_secret: secret.optional() }).meta({
        id: 'RegisteredClient',
      }),
      refusals: { 409: 'The client_id is taken' },
      async run({ body, ctx }) {
        const registered = await registerClient(context, body, apiActor(ctx))
        if (!registered.ok) throw registrationRefusal(registered)
        const { client, clientSecret } = registered
        ctx.set('Location', `/console/api/clients/${encodeURIComponent(client.clientId)}`)
        return {
          ...describeClient({ ...client, activeGrants: 0 }),
          ...(clientSecret !== undefined && { client_secret: clientSecret }),
        }
      },
    }),
  ]
}

function ofOneClient(context: ServerContext): Operation[] {
  return [
    operation({
      id: 'readClient',
      method: 'get',
      path: '/clients/:client_id',
      tag,
      summary: 'One client',
      answer: clientSchema,
      run: ({ params }) => existingClient(context, params.client_id),
    }),
    operation({
      id: 'changeClient',
      method: 'patch',
      path: '/clients/:client_id',
      tag,
      summary: 'Edit, review or suspend a client; null takes an address away',
      body: clientChangeSchema,
      answer: clientSchema,
      async run({ params: { client_id }, body, ctx }) {
        const changed = await changeClient(context, client_id, body, apiActor(ctx))
        if (!changed.ok) {
          throw changed.reason === 'unknown_client' ? notFound('client') : metadataRefusal(changed)
        }
        return existingClient(context, client_id)
      },
    }),
    operation({
      id: 'deleteClient',
      method: 'delete',
      path: '/clients/:client_id',
      tag,
      summary: 'Delete a client and end all that it was granted',
      async run({ params, ctx }) {
        const removed = await removeClient(context, params.client_id, apiActor(ctx))
        if (!removed) throw notFound('client')
      },
    }),
  ]
}

function secretAndGrants(context: ServerContext): Operation[] {
  return [
    operation({
      id: 'rotateClientSecret',
      method: 'post',
      path: '/clients/:client_id/secret',
      tag,
      summary: 'Give a confidential client a new secret; the old one stops working at once',
      status: 201,
      answer: z
        .object({ client_id: z.string(), client_secret: secret })
        .meta({ id: 'RotatedClientSecret' }),
      refusals: { 409: 'The client has no secret' },
      async run({ params: { client_id }, ctx }) {
        const rotated = await rotateClientSecret(context, client_id, apiActor(ctx))
        if (rotated.ok) return { client_id, client_secret: rotated.clientSecret }
        throw rotated.reason === 'unknown_client'
          ? notFound('client')
          : new ApiRefusal(409, 'no_secret', 'This client authenticates without a secret.')
      },
    }),
    operation({
      id: 'revokeGrantsOfClient',
      method: 'delete',
      path: '/clients/:client_id/grants',
      tag,
      summary: 'End everything that a client was granted; people may connect it again',
      answer: z.object({ revoked: z.int().describe('Grants that were active') }),
      async run({ params: { client_id }, ctx }) {
        const document = await findDocumentClient(context.database, client_id)
        if (!document) await existingClient(context, client_id)
        return { revoked: await endGrantsOfClient(context, client_id, apiActor(ctx)) }
      },
    }),
  ]
}

async function existingClient({ database }: ServerContext, clientId: string) {
  const client = await findClient(database, clientId)
  if (!client) throw notFound('client')
  const [listed] = await withGrants(database, [client])
  return describeClient(listed!)
}

function registrationRefusal(
  refused: RefusedMetadata | { ok: false; reason: 'client_id_taken' },
): ApiRefusal {
  return refused.reason === 'client_id_taken'
    ? new ApiRefusal(409, 'conflict', 'There is a client with this client_id.')
    : metadataRefusal(refused)
}

function metadataRefusal({ reason, description }: RefusedMetadata): ApiRefusal {
  const path = reason === 'invalid_redirect_uri' ? 'redirect_uris' : ''
  return new ApiRefusal(400, reason, description, [{ path, message: description }])
}

function describeClient(client: ListedClient): z.output<typeof clientSchema> {
  return {
    ...client.metadata,
    client_id: client.clientId,
    client_name: client.name,
    origin: client.origin,
    initial_access_token_jti: client.initialAccessTokenJti,
    allowed_scopes: [...(client.scopeCeiling ?? [])],
    reviewed: client.reviewedAt !== null,
    reviewed_at: epochSeconds(client.reviewedAt),
    reviewed_by: client.reviewedBy,
    suspended: client.suspendedAt !== null,
    suspended_at: epochSeconds(client.suspendedAt),
    active_grants: client.activeGrants,
    created_at: epochSeconds(client.createdAt),
    last_used_at: epochSeconds(client.lastUsedAt),
  }
}
