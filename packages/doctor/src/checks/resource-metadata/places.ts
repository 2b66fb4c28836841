/** The path-inserted place of protected-resource metadata; of a resource without path the root one (RFC 9728 section 3.1). */
export function pathMetadataUrl(mcpUrl: string): string {
  const { pathname } = new URL(mcpUrl)
  return `${rootMetadataUrl(mcpUrl)}${pathname === '/' ? '' : pathname}`
}

/** Where clients look when nothing else is found. */
export const rootMetadataUrl = (mcpUrl: string): string =>
  `${new URL(mcpUrl).origin}/.well-known/oauth-protected-resource`
