import { aliasPaths, protectedResourceMetadataUrl } from '@neonpanel/contracts/resource-identifier'

/** A URL at which the MCP server answers. */
export interface ServedResource {
  readonly path: string
  /** Byte for byte what a client that typed this URL expects as `resource` (RFC 9728 section 3.3). */
  readonly identifier: string
  /** What the challenges of this path point to. */
  readonly metadataUrl: string
  /** `/sse` and `/sse/` speak the 2024-11-05 transport alone; the canonical path speaks every revision. */
  readonly legacyOnly: boolean
}

/**
 * Every served path: the canonical one, the same with a trailing slash, and the aliases of older guides. Each has its
 * own identifier and metadata document, because strict clients compare with the URL that a person typed.
 *
 * @param mcpUrl the canonical resource identifier
 * @returns by path, the canonical one first
 */
export function servedResources(mcpUrl: string): ReadonlyMap<string, ServedResource> {
  const { origin, pathname } = new URL(mcpUrl)
  const serve = (path: string, identifier: string, legacyOnly: boolean): ServedResource => ({
    path,
    identifier,
    metadataUrl: protectedResourceMetadataUrl(identifier),
    legacyOnly,
  })
  const resources = [serve(pathname, mcpUrl, false)]
  if (pathname !== '/') resources.push(serve(`${pathname}/`, `${mcpUrl}/`, false))
  for (const path of aliasPaths) resources.push(serve(path, `${origin}${path}`, true))
  return new Map(resources.map((resource) => [resource.path, resource]))
}
