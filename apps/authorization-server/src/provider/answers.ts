import { registrationScope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { standInSecret } from '../clients/client-secrets.ts'
import { findClient } from '../clients/clients.ts'
import { metadataMaxAgeSeconds } from './lifetimes.ts'
import { registrableScope } from './registration.ts'

/** Lets clients keep the metadata documents and the key set for a while. */
export const cacheMetadata: Middleware = async function cacheMetadata(ctx, next) {
  await next()
  const route = routeOf(ctx)
  if (ctx.status === 200 && (route === 'discovery' || route === 'jwks')) {
    ctx.set('Cache-Control', `public, max-age=${metadataMaxAgeSeconds}`)
  }
}

const registrationRoutes = ['registration', 'client', 'client_update']

/**
 * What a registration answers beyond what the provider does: the scope that the client may ask for, and a secret only where it
 * was just made (RFC 7592 section 3).
 */
export function completeRegistration(database: Database): Middleware {
  return async function completeRegistration(ctx, next) {
    await next()
    const route = routeOf(ctx)
    if (route === 'registration' && ctx.status === 403) challengeForScope(ctx)
    if (!route || !registrationRoutes.includes(route) || ctx.status >= 400) return
    const body = ctx.body as Record<string, unknown>
    const client = await findClient(database, String(body.client_id))
    body.scope = registrableScope(client?.scopeCeiling)
    if (
      client?.secretHash &&
      body.client_secret === standInSecret(client.clientId, client.secretHash)
    ) {
      delete body.client_secret
    }
  }
}

/** RFC 6750 section 3.1: the provider challenges 401 only. */
function challengeForScope(ctx: Context): void {
  ctx.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${registrationScope}"`)
}

/** The provider's route that answered; undefined elsewhere. */
export function routeOf(ctx: unknown): string | undefined {
  return (ctx as Partial<KoaContextWithOIDC>).oidc?.route
}
