import type { Examination } from '../../examination.ts'
import type { Resource, ServerMetadata } from '../../servers.ts'
import type { FetchedDocument } from '../document.ts'

/** Tells what of the flow of MCP clients the server does not offer. */
export function tellOffers(
  { found }: Examination,
  { document, exchanges }: FetchedDocument,
  { metadata, resource }: { metadata: ServerMetadata; resource: Resource },
): void {
  const detail = (where: string, expected: string) => {
    const got = JSON.stringify(document?.[where]) ?? 'none'
    return { where, got, expected, exchanges }
  }
  const {
    response_types_supported: responses,
    grant_types_supported: grants,
    token_endpoint_auth_methods_supported: methods,
    scopes_supported: scopes,
  } = metadata
  if (!responses) found('response_types_missing', detail('response_types_supported', '["code"]'))
  else if (!responses.some((type) => type === 'code')) {
    found('code_not_offered', detail('response_types_supported', '"code"'))
  }
  if (grants && !grants.includes('authorization_code')) {
    found('code_not_offered', detail('grant_types_supported', '"authorization_code"'))
  }
  if (!grants?.includes('refresh_token')) {
    const lacking = detail('grant_types_supported', '"refresh_token" among them')
    // Left out, the list means authorization_code and implicit (RFC 8414 section 2); many leave it out and renew.
    found('refresh_grant_unlisted', { ...lacking, ...(!grants && { level: 'note' }) })
  }
  // With client metadata documents this is a matter of how clients become known.
  if (methods && !methods.includes('none') && !metadata.client_id_metadata_document_supported) {
    const expected = '"none" among them'
    found('public_clients_not_offered', detail('token_endpoint_auth_methods_supported', expected))
  }
  const needed = resource.metadata?.scopes_supported ?? []
  const unknown = scopes ? needed.filter((scope) => !scopes.includes(scope)) : []
  if (unknown.length > 0) {
    found('scopes_not_at_server', detail('scopes_supported', unknown.join(' ')))
  }
  if (metadata.authorization_response_iss_parameter_supported !== true) {
    found('iss_not_announced', detail('authorization_response_iss_parameter_supported', 'true'))
  }
}
