import { createHmac } from 'node:crypto'

/** The client id of the resource server, which introspects every access token. */
export const resourceServerClientId = 'mcp-resource-server'

/**
 * How the resource server authenticates at the introspection endpoint (RFC 7662 section 2.1): both servers derive the
 * same client secret from APP_SECRET, so that neither a person nor a file has to carry one more secret.
 *
 * @param appSecret base64url
 */
export function introspectionCredentials(appSecret: string) {
  const key = Buffer.from(appSecret, 'base64url')
  return {
    clientId: resourceServerClientId,
    clientSecret: createHmac('sha256', key).update('neonpanel introspection').digest('base64url'),
  }
}
