import { identityScopes, type Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import Provider, { type AdapterPayload } from 'oidc-provider'
import { hashClientSecret, standInSecret } from '../clients/client-secrets.ts'
import {
  type Client,
  type ClientMetadata,
  createClient,
  deleteClient,
  findClient,
  updateClient,
} from '../clients/clients.ts'
import { revokeGrantsOfClient } from './grants.ts'
import { registrationOf } from './registration-gate.ts'

/**
 * The client directory as the provider sees it. A suspended client is unknown to it. Secrets go in once, when the
 * provider has made them, and are kept as argon2id; what comes out is the stand-in that a verified secret is swapped for.
 */
export function clientStorage(database: Database) {
  return {
    async find(clientId: string): Promise<AdapterPayload | undefined> {
      const client = await findClient(database, clientId)
      return client && !client.suspendedAt ? (payloadOf(client) as AdapterPayload) : undefined
    },
    async upsert(clientId: string, payload: object): Promise<void> {
      const { client_id, client_secret, scope, ...metadata } = payload as Record<string, unknown>
      const known = await findClient(database, clientId)
      const secretHash = await secretHashOf(clientId, client_secret, known, metadata)
      const name = typeof metadata.client_name === 'string' ? metadata.client_name : clientId
      if (known) {
        await updateClient(database, clientId, { name, metadata, secretHash })
        return
      }
      const token = registrationOf(Provider.ctx)?.initialAccessToken
      await createClient(database, {
        clientId,
        name,
        metadata,
        secretHash,
        origin: token ? 'initial_access_token' : 'open',
        initialAccessTokenJti: token?.jti ?? null,
        ...(token &&
          token.allowedScopes.length > 0 && { scopeCeiling: token.allowedScopes as Scope[] }),
      })
    },
    async destroy(clientId: string): Promise<void> {
      await deleteClient(database, clientId)
      await revokeGrantsOfClient({ database }, clientId, 'client')
    },
  }
}

function payloadOf(client: Client): Record<string, unknown> {
  const { clientId, name, metadata, secretHash, scopeCeiling } = client
  return {
    client_name: name,
    ...metadata,
    client_id: clientId,
    ...(secretHash && { client_secret: standInSecret(clientId, secretHash) }),
    ...(scopeCeiling && { scope: [...scopeCeiling, ...identityScopes].join(' ') }),
  }
}

/** Keeps the hash of a secret that did not change; a client that became public has none any more. */
async function secretHashOf(
  clientId: string,
  secret: unknown,
  known: Client | undefined,
  metadata: ClientMetadata,
): Promise<string | null> {
  if (typeof secret !== 'string' || metadata.token_endpoint_auth_method === 'none') return null
  const kept = known?.secretHash
  if (kept && secret === standInSecret(clientId, kept)) return kept
  return hashClientSecret(secret)
}
