import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { type Client, findClient, isTrustedClient } from '../clients/clients.ts'
import type { ServerContext } from '../context.ts'
import { type App, isReviewed } from '../web/identity.ts'
import { formatDate } from '../web/time.ts'

/** The app that sent the person here, with all that is known about it. */
export interface RequestingApp extends App {
  /** Whether its `read:` scopes are ticked for the person. */
  readonly trusted: boolean
  readonly standing: { readonly badge: string; readonly note: string }
  /** The address that is its client id, for clients known only by a metadata document. */
  readonly documentUrl: string | undefined
  readonly destination: Destination
}

/** Where the answer goes. */
export type Destination =
  | { kind: 'site'; host: string; redirectUri: string }
  | { kind: 'this-computer'; host: string; redirectUri: string }
  | { kind: 'local-app'; host: string; redirectUri: string }
  | { kind: 'device' }

/** What an interaction remembers of the authorization request. */
export interface RequestParameters {
  readonly client_id?: unknown
  readonly redirect_uri?: unknown
}

export async function findRequestingApp(
  { provider, database }: Pick<ServerContext, 'provider' | 'database'>,
  parameters: RequestParameters,
): Promise<RequestingApp> {
  const clientId = String(parameters.client_id)
  const [known, client] = await Promise.all([
    findClient(database, clientId),
    provider.Client.find(clientId),
  ])
  const documentUrl = !known && URL.canParse(clientId) ? clientId : undefined
  return {
    clientId,
    name:
      known?.name || client?.clientName || (documentUrl && new URL(documentUrl).host) || clientId,
    reviewed: known !== undefined && isReviewed(known),
    trusted: isTrustedClient(known),
    standing: standingOf(known),
    documentUrl,
    destination: destinationOf(parameters.redirect_uri),
  }
}

/** How a sentence names the place that the person returns to. */
export function placeOf(destination: Destination): string {
  if (destination.kind === 'site') return destination.host
  return destination.kind === 'device' ? 'your device' : 'the app'
}

function standingOf(client: Client | undefined): RequestingApp['standing'] {
  if (!client) return { badge: 'Unverified app', note: 'Known only by what it says about itself' }
  if (client.reviewedAt) {
    return { badge: 'Verified app', note: `Reviewed ${formatDate(client.reviewedAt)}` }
  }
  if (isReviewed(client)) return { badge: 'Verified app', note: 'Set up by NeonPanel' }
  const registered = `Registered ${formatDate(client.createdAt)}`
  return isTrustedClient(client)
    ? { badge: 'Invited app', note: `${registered} with a token from an administrator` }
    : { badge: 'Unverified app', note: registered }
}

function destinationOf(redirectUri: unknown): Destination {
  if (typeof redirectUri !== 'string') return { kind: 'device' }
  const { protocol, host, hostname } = new URL(redirectUri)
  if (isLoopbackUrl(redirectUri)) return { kind: 'this-computer', host: hostname, redirectUri }
  if (protocol === 'https:' || protocol === 'http:') return { kind: 'site', host, redirectUri }
  return { kind: 'local-app', host: protocol.slice(0, -1), redirectUri }
}
