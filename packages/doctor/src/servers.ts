/** What the checks learn of the servers, handed from one area to the next. Members of documents keep their wire names. */

/** The parts of a `Bearer` challenge (RFC 6750 section 3, RFC 9728 section 5.1). */
export interface Challenge {
  readonly resourceMetadata: string | undefined
  readonly scope: readonly string[] | undefined
  readonly error: string | undefined
  readonly description: string | undefined
}

/** How the MCP endpoint meets a client without a token. */
export type Entry =
  /** It asks for a token: by 401, or by what was meant to be one. */
  | { readonly kind: 'protected'; readonly challenge: Challenge | undefined }
  /** It answers MCP without one. */
  | { readonly kind: 'open' }

/** Protected-resource metadata (RFC 9728 section 2), read leniently: a member of the wrong type is undefined. */
export interface ResourceMetadata {
  readonly resource: string | undefined
  readonly authorization_servers: readonly string[] | undefined
  readonly scopes_supported: readonly string[] | undefined
  readonly bearer_methods_supported: readonly string[] | undefined
}

export interface Resource {
  /** Where the document was found; undefined when there is none, and the origin is taken for the issuer. */
  readonly url: string | undefined
  readonly metadata: ResourceMetadata | undefined
  /** The first authorization server, or the origin of the MCP URL (MCP 2025-03-26). */
  readonly issuer: string
}

/** Authorization server metadata (RFC 8414 section 2), read leniently. */
export interface ServerMetadata {
  readonly issuer: string | undefined
  readonly authorization_endpoint: string | undefined
  readonly token_endpoint: string | undefined
  readonly registration_endpoint: string | undefined
  readonly revocation_endpoint: string | undefined
  readonly device_authorization_endpoint: string | undefined
  readonly jwks_uri: string | undefined
  readonly scopes_supported: readonly string[] | undefined
  readonly response_types_supported: readonly string[] | undefined
  readonly grant_types_supported: readonly string[] | undefined
  readonly code_challenge_methods_supported: readonly string[] | undefined
  readonly token_endpoint_auth_methods_supported: readonly string[] | undefined
  readonly client_id_metadata_document_supported: boolean | undefined
  readonly authorization_response_iss_parameter_supported: boolean | undefined
}

export interface AuthorizationServer {
  /** As the resource names it. */
  readonly issuer: string
  /** Where the document was found. */
  readonly url: string
  readonly metadata: ServerMetadata
  /** As it came, for members that are not listed above. */
  readonly document: Readonly<Record<string, unknown>>
}

/** How a client can become known. */
export interface RegistrationWays {
  /** By its metadata document (CIMD). */
  readonly document: boolean
  /** `open`: any client registers; `gated`: 401 without an initial access token; `closed`: refused; `none`: no endpoint. */
  readonly dynamic: 'open' | 'gated' | 'closed' | 'none'
}

/** Revisions that the endpoint spoke when it was asked, newest first. Without a token a protected one tells none. */
export interface SpokenRevisions {
  readonly revisions: readonly string[]
}

/** A sign-in of the person who examines: with the token alone more is seen, with the grant everything. */
export interface Session {
  readonly accessToken: string
  readonly grant?: Grant | undefined
}

export interface Grant {
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly refreshToken?: string | undefined
  /** As the token response said, empty when it said none; undefined when nobody kept it. */
  readonly tokenType?: string | undefined
  /** Seconds, as the token response said. */
  readonly expiresIn?: number | undefined
  /** As the token response said; undefined when it said nothing. */
  readonly scope?: string | undefined
  /** Asked for at the authorization endpoint. */
  readonly requestedScope?: string | undefined
}
