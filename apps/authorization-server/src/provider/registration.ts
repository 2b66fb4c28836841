import { identityScopes, requiredScope, resourceScopes } from '@neonpanel/contracts/scopes'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { isNativeRedirectUri, redirectUrisProblem } from '../clients/redirect-uris.ts'
import { registrationOf } from './registration-gate.ts'

type Metadata = Record<string, unknown>

/** Read by the validator below; the first one triggers it. */
export const extraMembers = ['software_statement', 'software_id', 'software_version']

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials', deviceGrant]

const longestName = 200

/**
 * What client metadata must be, wherever it comes from: lenient with what real clients send by habit (empty members, unknown
 * grant types, a missing application type), strict with what only attackers send (RFC 7591 section 5). The provider
 * validates the rest.
 */
export function validateClientMetadata(
  ctx: KoaContextWithOIDC | undefined,
  member: string,
  _value: unknown,
  metadata: object,
): void {
  if (member !== extraMembers[0]) return
  const client = metadata as Metadata
  dropEmptyMembers(client)
  refuseUnsupportedMembers(client)
  refuseTreacherousName(client.client_name)
  normaliseRedirects(client)
  normaliseGrants(ctx, client)
  normaliseScope(ctx, client)
}

/** Scopes that a client may ask for, as its registration shows them. */
export function registrableScope(ceiling: readonly string[] | undefined): string {
  const resource = ceiling?.length ? new Set([requiredScope, ...ceiling]) : resourceScopes
  return [...resource, ...identityScopes].join(' ')
}

/** Inspector and Gemini CLI send `scope: ""`. */
function dropEmptyMembers(client: Metadata): void {
  for (const [member, value] of Object.entries(client)) {
    if (value === '' || value === null) delete client[member]
  }
}

/** Nothing that would make this server fetch a URL without need, and no statement that nobody checks. */
function refuseUnsupportedMembers(client: Metadata): void {
  if (client.software_statement !== undefined) {
    throw new errors.UnapprovedSoftwareStatement('software statements are not supported')
  }
  if (client.sector_identifier_uri !== undefined) {
    throw new errors.InvalidClientMetadata('sector_identifier_uri is not supported')
  }
  if (client.jwks_uri !== undefined && client.token_endpoint_auth_method === 'none') {
    if (!isDocument(client)) {
      throw new errors.InvalidClientMetadata('jwks_uri is only used with private_key_jwt')
    }
    delete client.jwks_uri
  }
}

/** A name that turns the text around it, or is no text at all, would deceive on the consent page. */
function refuseTreacherousName(name: unknown): void {
  if (typeof name !== 'string') return
  if (name.length > longestName) {
    throw new errors.InvalidClientMetadata(
      `client_name must have at most ${longestName} characters`,
    )
  }
  if (/\p{C}/u.test(name)) {
    throw new errors.InvalidClientMetadata('client_name must not contain control characters')
  }
}

function normaliseRedirects(client: Metadata): void {
  for (const member of ['redirect_uris', 'post_logout_redirect_uris']) {
    const uris = client[member]
    if (!Array.isArray(uris)) continue
    const problem = redirectUrisProblem(uris)
    // The provider makes `invalid_redirect_uri` of a description that begins so.
    if (problem) throw new errors.InvalidClientMetadata(`${member} ${problem}`)
  }
  // Many clients with a loopback redirect call themselves web applications, or nothing; only native ones have any port.
  if (Array.isArray(client.redirect_uris) && client.redirect_uris.some(isNativeRedirectUri)) {
    client.application_type = 'native'
  }
}

/** Grant types that this server does not know are dropped, as RFC 7591 section 2 allows. */
function normaliseGrants(ctx: KoaContextWithOIDC | undefined, client: Metadata): void {
  if (Array.isArray(client.grant_types)) {
    const kept = client.grant_types.filter(
      (grant) =>
        grantTypes.includes(grant) &&
        (grant !== 'client_credentials' || maySpeakForItself(ctx, client)),
    )
    if (kept.length > 0) client.grant_types = kept
    else delete client.grant_types
  }
  if (Array.isArray(client.response_types) && client.response_types.length > 0) {
    client.response_types = ['code']
  }
}

/** Only who can keep a secret, and, when it registers itself, whom somebody vouches for. */
function maySpeakForItself(ctx: KoaContextWithOIDC | undefined, client: Metadata): boolean {
  if (client.token_endpoint_auth_method === 'none' || isDocument(client)) return false
  return ctx === undefined || registrationOf(ctx) !== undefined
}

/**
 * The scope that a client registers is a wish: MCP clients register the scope of the first challenge and ask for more later.
 * Only the policy of an initial access token is a ceiling.
 */
function normaliseScope(ctx: KoaContextWithOIDC | undefined, client: Metadata): void {
  if (ctx === undefined && !isDocument(client)) return
  const ceiling = registrationOf(ctx)?.initialAccessToken.allowedScopes
  if (ceiling?.length) client.scope = registrableScope(ceiling)
  else delete client.scope
}

/** Whether the client is its metadata document: such an id is its URL. */
function isDocument({ client_id }: Metadata): boolean {
  return typeof client_id === 'string' && client_id.startsWith('https://')
}
