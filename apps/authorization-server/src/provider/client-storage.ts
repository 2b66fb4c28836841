import { identityScopes, type Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import Provider, { type AdapterPayload, errors } from 'oidc-provider'
import { hashClientSecret, standInSecret } from '../clients/client-secrets.ts'
import {
  type ClientMetadata,
  createClient,
  deleteClient,
  findClient,
  updateClient,
} from '../clients/clients.ts'
import type { KnownClient } from './grant-facts.ts'
import { revokeGrantsOfClient } from './grants.ts'
import { readPresentedSource } from './presented-source.ts'
import { registrationOf } from './registration-gate.ts'

/**
 * The client directory as the provider sees it. A suspended client is unknown to it. Secrets go in once, when the
 * provider has made them, and are kept as argon2id; what comes out is the stand-in that a verified secret is swapped for.
 */
export function clientStorage(database: Database) {
  return {
    async find(clientId: string): Promise<AdapterPayload | undefined> {
      const presented = await readPresentedSource(database, clientId)
      const client = presented ? presented.client : await findClient(database, clientId)
      if (!client?.suspendedAt) return client && (payloadOf(client) as AdapterPayload)
      // An unknown URL the provider would go and fetch as a metadata document.
      if (URL.canParse(clientId)) throw new errors.InvalidClient('client is invalid', 'suspended')
      return undefined
    },
    async upsert(clientId: string, payload: object): Promise<void> {
      const { client_id, client_secret, scope, ...metadata } = payload as Record<string, unknown>
      const name = typeof metadata.client_name === 'string' ? metadata.client_name : clientId
      const known = Provider.ctx?.oidc.client
      const secretHash = await secretHashOf(client_secret, known?.clientSecret, metadata)
      if (known) {
        const changed = await updateClient(database, clientId, { name, metadata, ...secretHash })
        if (!changed) throw clientIsGone()
        return
      }
      const token = registrationOf(Provider.ctx)?.initialAccessToken
      await createClient(database, {
        clientId,
        name,
        metadata,
        ...secretHash,
        origin: token ? 'initial_access_token' : 'open',
        initialAccessTokenJti: token?.jti ?? null,
        ...(token &&
          token.allowedScopes.length > 0 && { scopeCeiling: token.allowedScopes as Scope[] }),
      })
    },
    async destroy(clientId: string): Promise<void> {
      if (!(await deleteClient(database, clientId))) throw clientIsGone()
      await revokeGrantsOfClient({ database }, clientId, 'client')
    },
  }
}

function payloadOf(client: KnownClient): Record<string, unknown> {
  const { clientId, name, metadata, secretHash, scopeCeiling } = client
  return {
    client_name: name,
    ...metadata,
    client_id: clientId,
    ...(secretHash && { client_secret: standInSecret(clientId, secretHash) }),
    ...(scopeCeiling && { scope: [...scopeCeiling, ...identityScopes].join(' ') }),
  }
}

/**
 * Public clients have no secret, nor has a client that became public. One that did not change is not stored again: it is the
 * stand-in that comes back, and an administrator may have made another meanwhile.
 */
async function secretHashOf(
  secret: unknown,
  standIn: string | undefined,
  metadata: ClientMetadata,
): Promise<{ secretHash?: string | null }> {
  if (typeof secret !== 'string' || metadata.token_endpoint_auth_method === 'none') {
    return { secretHash: null }
  }
  return secret === standIn ? {} : { secretHash: await hashClientSecret(secret) }
}

/** Of several who delete a client at once one does; whoever changes it then finds nothing to change (RFC 7592 section 2). */
function clientIsGone(): Error {
  return new errors.InvalidToken('the client was deleted')
}
