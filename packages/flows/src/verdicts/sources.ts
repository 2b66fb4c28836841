/** Addresses of what causes rest on, so that each is written once. */
export const rfc = (number: number, section: string) =>
  `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`

export const mcp = (page: string) =>
  `https://modelcontextprotocol.io/specification/2025-11-25/basic/${page}`

export const mcpDraft = (page: string) =>
  `https://modelcontextprotocol.io/specification/2026-07-28/basic/${page}`

export const thread = (repository: string, number: number) =>
  `https://github.com/${repository}/issues/${number}`

export const documentDraft = (section: string) =>
  `https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document#section-${section}`

export const fetchStandard = 'https://fetch.spec.whatwg.org/#http-cors-protocol'

export const openidErrors = 'https://openid.net/specs/openid-connect-core-1_0.html#AuthError'

export const nistThrottling = 'https://pages.nist.gov/800-63-4/sp800-63b.html#throttle'

const names: Readonly<Record<string, string>> = {
  [fetchStandard]: 'Fetch, CORS protocol',
  [openidErrors]: 'OpenID Connect Core, section 3.1.2.6',
  [nistThrottling]: 'NIST SP 800-63B-4, throttling',
}

/** How a page calls a source that it links to. */
export function nameOfSource(source: string): string {
  const [, number, section] = /rfc(\d+)#section-(.+)$/.exec(source) ?? []
  if (number) return `RFC ${number}, section ${section}`
  const [, revision, page] = /specification\/([\d-]+)\/basic\/([^#]+)/.exec(source) ?? []
  if (revision) return `MCP ${revision}, ${page?.replaceAll(/[-/]/g, ' ')}`
  const [, repository, issue] = /github\.com\/([^/]+\/[^/]+)\/issues\/(\d+)$/.exec(source) ?? []
  if (repository) return `${repository}#${issue}`
  const draft = /document#section-(.+)$/.exec(source)?.[1]
  if (draft) return `Client ID Metadata Document, section ${draft}`
  return names[source] ?? source
}
