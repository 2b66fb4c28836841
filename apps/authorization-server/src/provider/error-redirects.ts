import type { Database } from '@neonpanel/database/open'
import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { findClient, isTrustedClient } from '../clients/clients.ts'
import { errorPage } from '../web/error-page.ts'
import { sendPage } from '../web/layout.ts'

/**
 * An error that would send the browser straight on to a client that nobody vouches for is shown on a page of ours first, unless
 * somebody is signed in: otherwise anybody could register a client and borrow this host's good name for a link that leads
 * anywhere (OAuth 2.1 section 7.13.2, RFC 9700 section 4.11.2).
 */
export function holdErrorRedirects(options: { database: Database; issuer: string }): Middleware {
  return async function holdErrorRedirect(ctx, next) {
    await next()
    const destination = errorRedirect(ctx, options.issuer)
    if (!destination) return
    const { oidc } = ctx as unknown as KoaContextWithOIDC
    if (oidc.session?.accountId) return
    const client = oidc.client && (await findClient(options.database, oidc.client.clientId))
    if (isTrustedClient(client)) return
    ctx.remove('Location')
    sendPage(ctx, interstitial(ctx, options.issuer, destination, oidc.client?.clientName), 400)
  }
}

function errorRedirect(ctx: Context, issuer: string): URL | undefined {
  const { oidc } = ctx as Partial<KoaContextWithOIDC>
  const location = ctx.response.get('Location')
  if (oidc?.route !== 'authorization' || !location || !URL.canParse(location)) return undefined
  const destination = new URL(location)
  if (destination.origin === issuer) return undefined
  return parametersOf(destination).has('error') ? destination : undefined
}

function parametersOf({ searchParams, hash }: URL): URLSearchParams {
  return searchParams.has('error') ? searchParams : new URLSearchParams(hash.slice(1))
}

function interstitial(ctx: Context, issuer: string, destination: URL, clientName?: string) {
  const parameters = parametersOf(destination)
  const place = destination.host || destination.protocol
  return errorPage({
    issuer,
    badge: 'Stopped here',
    title: 'This app’s request can’t be used',
    explanation: `${clientName ? `“${clientName}”` : 'An app'} sent you here with a request that we refuse. We have not reviewed this app. Only continue if you know ${place}.`,
    action: { label: `Continue to ${place}`, href: destination.href },
    correlationId: ctx.state.correlationId,
    technical: [
      { label: 'error', value: parameters.get('error') ?? '' },
      { label: 'error_description', value: parameters.get('error_description') ?? '' },
      { label: 'redirect_uri', value: `${destination.origin}${destination.pathname}` },
    ],
  })
}
