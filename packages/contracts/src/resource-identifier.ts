/**
 * Rules for the resource identifier (RFC 8707, RFC 9728): one canonical value, `MCP_URL`, which is the
 * `aud` of every access token, and the spellings that real clients use for it.
 */

/** Paths served besides the canonical one. */
export const aliasPaths = ['/sse', '/sse/'] as const

const withoutTrailingSlash = (path: string) => path.replace(/\/$/, '')

/**
 * Maps a `resource` parameter to the canonical identifier, or to `undefined` when it names something else
 * (the caller answers `invalid_target`). Accepted: the canonical URL, its origin, `/sse` and `/sse/`, each with or
 * without a trailing slash, scheme and host in any case.
 *
 * @param resource the parameter as received
 * @param canonical `MCP_URL`, for example `https://mcp.neonpanel.com/mcp`
 */
export function canonicalResource(resource: string, canonical: string): string | undefined {
  if (resource === canonical) return canonical
  if (!URL.canParse(resource) || /[#?\s\\]/.test(resource)) return undefined
  const asked = new URL(resource)
  const target = new URL(canonical)
  if (asked.origin !== target.origin || asked.username || asked.password) return undefined
  // The path is compared as sent: the URL parser would resolve dot segments.
  const path = withoutTrailingSlash(resource.replace(/^[^:]+:\/\/[^/]*/, ''))
  const known = ['', withoutTrailingSlash(target.pathname), ...aliasPaths.map(withoutTrailingSlash)]
  return known.includes(path) ? canonical : undefined
}

/**
 * The protected-resource metadata URL of a resource: the well-known segment goes between host and path
 * (RFC 9728 section 3.1). A path of `/` counts as none.
 */
export function protectedResourceMetadataUrl(resource: string): string {
  const { origin, pathname } = new URL(resource)
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
}
