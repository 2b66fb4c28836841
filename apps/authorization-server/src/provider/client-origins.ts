import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Client } from 'oidc-provider'

/**
 * Whether a web page may use a client's credentials from its browser: only at an origin to which the client's redirects go,
 * and only for public clients (RFC 9700 section 2.6). A native client has any loopback port.
 */
export function allowsOrigin(client: Client, origin: string): boolean {
  if (client.tokenEndpointAuthMethod !== 'none') return false
  return (client.redirectUris ?? []).some((uri) => {
    if (!URL.canParse(uri)) return false
    if (new URL(uri).origin === origin) return true
    return client.applicationType === 'native' && isSameLoopbackHost(uri, origin)
  })
}

function isSameLoopbackHost(uri: string, origin: string): boolean {
  if (!isLoopbackUrl(uri) || !isLoopbackUrl(origin)) return false
  return new URL(uri).hostname === new URL(origin).hostname
}
