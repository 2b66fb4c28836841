import type { AdminApi } from '../admin/admin-api.ts'
import type { InitialAccessToken } from '../admin/documents.ts'
import type { ClientIdentity, RegistrationBody, Servers } from '../client/oauth-client.ts'

/** What an initial access token may be used for. */
export interface InitialAccessTokenWish {
  readonly ttlSeconds?: number
  /** Registrations; default 1. */
  readonly maxUses?: number
  readonly note?: string
  /** Empty for any. */
  readonly allowedRedirectHosts?: readonly string[]
  /** Empty for all. */
  readonly allowedScopes?: readonly string[]
}

export function mintInitialAccessToken(
  api: AdminApi,
  { ttlSeconds, maxUses, note, allowedRedirectHosts, allowedScopes }: InitialAccessTokenWish,
): Promise<InitialAccessToken> {
  return api.post<InitialAccessToken>('/initial-access-tokens', {
    ...(ttlSeconds !== undefined && { ttl_seconds: ttlSeconds }),
    ...(maxUses !== undefined && { max_uses: maxUses }),
    ...(note !== undefined && { note }),
    ...(allowedRedirectHosts && { allowed_redirect_hosts: allowedRedirectHosts }),
    ...(allowedScopes && { allowed_scopes: allowedScopes }),
  })
}

/** A client that registered itself (RFC 7591): its identity, to authorize with, and all that the server answered. */
export interface RegisteredClient extends ClientIdentity {
  readonly registration: RegistrationBody
}

/** The server refused a registration (RFC 7591 section 3.2.2). */
export class RegistrationRefused extends Error {
  override readonly name = 'RegistrationRefused'
  readonly status: number
  readonly error: string

  constructor(status: number, error: string, description: string) {
    super(`Registration was refused with ${status} ${error}: ${description}`)
    this.status = status
    this.error = error
  }
}

/** A public native client, unless the metadata says otherwise. */
export async function registerClient(
  servers: Servers,
  metadata: Readonly<Record<string, unknown>>,
  initialAccessToken: string,
): Promise<RegisteredClient> {
  const { register } = await import('../client/oauth-client.ts')
  const answer = await register(
    servers,
    {
      client_name: 'Test client',
      redirect_uris: ['http://127.0.0.1:51789/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    },
    initialAccessToken,
  )
  const { body, status, text } = answer
  if (status !== 201) {
    throw new RegistrationRefused(status, body.error ?? '', body.error_description ?? text)
  }
  return {
    clientId: body.client_id,
    ...(body.client_secret !== undefined && { clientSecret: body.client_secret }),
    redirectUri: body.redirect_uris[0] ?? '',
    registration: body,
  }
}
