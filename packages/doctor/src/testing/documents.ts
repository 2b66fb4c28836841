import type { Addresses, Changes, DocumentChange, Members } from './changes.ts'

export const scopes = ['read', 'write']

/** Where the protected-resource metadata is, path-inserted (RFC 9728 section 3.1). */
export function resourceMetadataUrl({ mcpUrl, mcpOrigin }: Addresses): string {
  const { pathname } = new URL(mcpUrl)
  return `${mcpOrigin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
}

export function resourceDocument(at: Addresses, { resource }: Changes): Members | null {
  return changed(at, resource, {
    resource: at.mcpUrl,
    authorization_servers: [at.issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
    resource_name: 'A healthy server',
  })
}

export function serverDocument(at: Addresses, { server }: Changes): Members | null {
  const { issuer, authOrigin } = at
  return changed(at, server, {
    issuer,
    authorization_endpoint: `${authOrigin}/authorize`,
    token_endpoint: `${authOrigin}/token`,
    registration_endpoint: `${authOrigin}/register`,
    revocation_endpoint: `${authOrigin}/revoke`,
    jwks_uri: `${authOrigin}/jwks`,
    scopes_supported: [...scopes, 'offline_access'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
    // Of OpenID Connect Discovery (section 3).
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
}

/** Paths at which the metadata of the issuer is looked for: RFC 8414 section 3.1, and OpenID Connect Discovery. */
export function serverMetadataPaths({ issuer }: Addresses): string[] {
  const { pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname
  return [
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
    `${path}/.well-known/openid-configuration`,
  ]
}

function changed(at: Addresses, change: DocumentChange | undefined, healthy: Members) {
  const members = typeof change === 'function' ? change(at) : change
  if (members === null) return null
  const all = Object.entries({ ...healthy, ...members })
  return Object.fromEntries(all.filter(([, value]) => value !== undefined))
}
