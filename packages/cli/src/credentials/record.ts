import { z } from 'zod'
import type { KnownClient } from '../sign-in/client.ts'
import type { Issued, Tokens } from '../sign-in/tokens.ts'

/** One sign-in as the file holds it. There is one for each issuer and resource. */
export const recordSchema = z.looseObject({
  issuer: z.string(),
  resource: z.string(),
  /** Addresses of the MCP server that led here, as they were entered. */
  mcp_urls: z.array(z.string()),
  client_id: z.string(),
  client_secret: z.string().optional(),
  token_endpoint_auth_method: z.enum(['none', 'client_secret_basic', 'client_secret_post']),
  redirect_port: z.int().optional(),
  access_token: z.string(),
  refresh_token: z.string().optional(),
  scope: z.string(),
  /** Epoch seconds. */
  expires_at: z.number().optional(),
  /** Seconds, as the server said. */
  expires_in: z.number().optional(),
  /** Epoch seconds of the sign-in. */
  signed_in_at: z.int(),
})

/** One sign-in. */
export type SignInRecord = z.output<typeof recordSchema>

/** The whole file. */
export const fileSchema = z.looseObject({
  version: z.literal(1),
  sign_ins: z.array(recordSchema),
})

/** A sign-in for the file. */
export function recordOf(
  mcpUrl: string,
  { issuer, resource, client, tokens }: Issued,
  nowSeconds: number,
): SignInRecord {
  return {
    issuer,
    resource,
    mcp_urls: [normal(mcpUrl)],
    client_id: client.clientId,
    ...(client.clientSecret !== undefined && { client_secret: client.clientSecret }),
    token_endpoint_auth_method: client.authMethod,
    ...(client.redirectPort !== undefined && { redirect_port: client.redirectPort }),
    ...tokenMembers(tokens),
    signed_in_at: nowSeconds,
  }
}

/** The same sign-in with other tokens. */
export function withTokens(record: SignInRecord, tokens: Tokens): SignInRecord {
  const { expires_at: _, expires_in: __, refresh_token: ___, ...rest } = record
  return { ...rest, ...tokenMembers(tokens) }
}

/** As the token endpoint is asked with it. */
export function issuedOf(record: SignInRecord): Issued {
  const { issuer, resource } = record
  return {
    issuer,
    resource,
    client: clientIn(record),
    tokens: {
      accessToken: record.access_token,
      refreshToken: record.refresh_token,
      scope: record.scope,
      expiresAt: record.expires_at,
      lifetime: record.expires_in,
    },
  }
}

/** The client that an earlier sign-in used. */
export function clientIn(record: SignInRecord): KnownClient {
  return {
    clientId: record.client_id,
    clientSecret: record.client_secret,
    authMethod: record.token_endpoint_auth_method,
    redirectPort: record.redirect_port,
    source: 'remembered',
  }
}

/** One spelling for each address: case of the host, default port, trailing slash, no fragment. */
export function normal(url: string): string {
  if (!URL.canParse(url)) return url
  const parsed = new URL(url)
  parsed.hash = ''
  return parsed.href.replace(/\/$/, '')
}

function tokenMembers({ accessToken, refreshToken, scope, expiresAt, lifetime }: Tokens) {
  return {
    access_token: accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    scope,
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(lifetime !== undefined && { expires_in: lifetime }),
  }
}
