import { isLoopbackUrl } from '@neonpanel/contracts/urls'

const longestUri = 2_048
const mostUris = 10

/** Schemes of apps that are no domain name: only this very URI is accepted. */
const knownAppUris = new Set(['cursor://anysphere.cursor-mcp/oauth/callback'])

/** A private-use scheme based on a domain name (RFC 8252 section 7.1): `com.example.app:/callback`. */
const domainScheme = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/

/** Why redirect URIs cannot be registered; undefined when they can (RFC 9700 sections 2.1 and 4.1.3, RFC 8252). */
export function redirectUrisProblem(uris: readonly unknown[]): string | undefined {
  if (uris.length > mostUris) return `must not be more than ${mostUris}`
  for (const uri of uris) {
    const problem = redirectUriProblem(uri)
    if (problem) return problem
  }
  return undefined
}

function redirectUriProblem(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return 'must be absolute URIs'
  if (uri.length > longestUri) return `must not be longer than ${longestUri} characters`
  const { protocol, hostname, username, password } = new URL(uri)
  if (uri.includes('#')) return 'must not have a fragment'
  if (username || password) return 'must not have user information'
  if (hostname.includes('*')) return 'must not have a wildcard host'
  if (protocol === 'https:') return undefined
  if (protocol === 'http:') return isLoopbackUrl(uri) ? undefined : 'must be https off this machine'
  if (knownAppUris.has(uri) || domainScheme.test(protocol)) return undefined
  return 'must be https, http on a loopback host, or a private-use scheme such as com.example.app:/'
}

/** Whether an installed app receives the redirect: on a loopback port or through a scheme of its own (RFC 8252). */
export function isNativeRedirectUri(uri: unknown): boolean {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return false
  const { protocol } = new URL(uri)
  return protocol === 'http:' ? isLoopbackUrl(uri) : protocol !== 'https:'
}
