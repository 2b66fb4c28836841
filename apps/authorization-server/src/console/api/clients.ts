import type Router from '@koa/router'
import { z } from 'zod'
import { findClient } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { apiActor } from '../actor.ts'
import {
  changeClient,
  type RefusedMetadata,
  registerClient,
  removeClient,
} from '../clients/administration.ts'
import { clientChangeSchema, newClientSchema } from '../clients/client-input.ts'
import {
  clientFilter,
  type ListedClient,
  searchClients,
  withGrants,
} from '../clients/client-list.ts'
import { pageParameters } from '../paging.ts'
import { epochSeconds, listOf } from './answers.ts'
import { readInput, readQuery } from './input.ts'
import { ApiRefusal, notFound } from './refusal.ts'

const filterSchema = z.object({ ...clientFilter, ...pageParameters })

/** `GET|POST /clients`, `GET|PATCH|DELETE /clients/:client_id`: every client that this server keeps. */
export function serveClients(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/clients', async (ctx) => {
    const { limit, cursor, ...filter } = readQuery(ctx, filterSchema)
    ctx.body = listOf(await searchClients(database, filter, { limit, cursor }), describeClient)
  })
  router.post('/clients', async (ctx) => {
    const registered = await registerClient(
      context,
      await readInput(ctx, newClientSchema),
      apiActor(ctx),
    )
    if (!registered.ok) throw registrationRefusal(registered)
    const { client, clientSecret } = registered
    ctx.status = 201
    ctx.set('Location', `/console/api/clients/${encodeURIComponent(client.clientId)}`)
    ctx.body = {
      ...describeClient({ ...client, activeGrants: 0 }),
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    }
  })
  router.get('/clients/:client_id', async (ctx) => {
    ctx.body = await existingClient(context, String(ctx.params.client_id))
  })
  router.patch('/clients/:client_id', async (ctx) => {
    const changes = await readInput(ctx, clientChangeSchema)
    const clientId = String(ctx.params.client_id)
    const changed = await changeClient(context, clientId, changes, apiActor(ctx))
    if (!changed.ok) {
      throw changed.reason === 'unknown_client' ? notFound('client') : metadataRefusal(changed)
    }
    ctx.body = await existingClient(context, clientId)
  })
  router.delete('/clients/:client_id', async (ctx) => {
    const removed = await removeClient(context, String(ctx.params.client_id), apiActor(ctx))
    if (!removed) throw notFound('client')
    ctx.status = 204
  })
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

/** A client on the wire: its metadata by the names of RFC 7591, and what this server knows besides. */
function describeClient(client: ListedClient) {
  return {
    ...client.metadata,
    client_id: client.clientId,
    client_name: client.name,
    origin: client.origin,
    initial_access_token_jti: client.initialAccessTokenJti,
    allowed_scopes: client.scopeCeiling ?? [],
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
