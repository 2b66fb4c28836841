import type { Database } from '@neonpanel/database/open'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { findClient } from '../clients/clients.ts'
import { appName, isReviewed } from '../web/identity.ts'
import { everyScope, type RefusedAuthorization } from './authorization-fault.ts'
import type { Refused } from './topics.ts'

/** Routes of the provider at which an authorization is asked for. */
const authorizationRoutes = ['authorization', 'resume', 'pushed_authorization_request']

/** An error of the provider, as far as the request tells about it. */
export function refusedAt(ctx: KoaContextWithOIDC, error: string): Refused {
  const { route, params } = ctx.oidc
  return {
    error: error === 'invalid_request' && isForbiddenGrant(ctx) ? 'unauthorized_client' : error,
    isAuthorization: authorizationRoutes.includes(route),
    // The provider refuses some requests before it takes their parameters.
    parameters: params ?? ctx.query,
  }
}

/** A grant that the client has not registered, which the provider calls an invalid request (RFC 6749 section 5.2). */
function isForbiddenGrant({ oidc }: KoaContextWithOIDC): boolean {
  const { route, client, params } = oidc
  const grantType = params?.grant_type
  if (route !== 'token' || !client || typeof grantType !== 'string') return false
  return !client.grantTypeAllowed(grantType)
}

/** The same with what the directory knows about the client, a suspended one included. */
export async function refusedAuthorization(
  ctx: KoaContextWithOIDC,
  error: { readonly error: string; readonly name?: string },
  { database, mcpUrl }: { database: Database; mcpUrl: string },
): Promise<RefusedAuthorization> {
  const refused = refusedAt(ctx, error.error)
  const { client } = ctx.oidc
  const { client_id: sent } = refused.parameters
  const clientId = client?.clientId ?? (typeof sent === 'string' ? sent : undefined)
  const listed = clientId ? await findClient(database, clientId) : undefined
  const name = client?.clientName ?? listed?.name
  const reviewed = listed !== undefined && isReviewed(listed)
  return {
    ...refused,
    isEnded: error.name === 'SessionNotFound',
    appName: clientId && name ? appName({ clientId, name, reviewed }) : undefined,
    isSuspended: Boolean(listed?.suspendedAt),
    redirectUris: client?.redirectUris ?? [],
    allowedScopes: listed?.scopeCeiling ?? everyScope,
    mcpUrl,
  }
}
