import { pkceProblem } from './pkce.ts'

/** Sections of docs/errors.md, by their anchors. */
export const errorTopics = [
  'redirect-uri-mismatch',
  'unknown-client',
  'client-metadata-document',
  'suspended-client',
  'pkce',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'ended-sign-in',
  'access_denied',
  'login_required',
  'invalid_request_uri',
  'request_not_supported',
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'authorization_pending',
  'slow_down',
  'expired_token',
  'invalid_dpop_proof',
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'unapproved_software_statement',
  'invalid_request',
  'invalid_token',
  'insufficient_scope',
  'unsupported_token_type',
  'too_many_requests',
  'temporarily_unavailable',
  'server_error',
] as const

export type ErrorTopic = (typeof errorTopics)[number]

/** Codes that another section explains as well. */
const sameAs: ReadonlyMap<string, ErrorTopic> = new Map([
  ['consent_required', 'login_required'],
  ['interaction_required', 'login_required'],
  ['account_selection_required', 'login_required'],
  ['use_dpop_nonce', 'invalid_dpop_proof'],
  ['invalid_request_object', 'request_not_supported'],
  ['request_uri_not_supported', 'invalid_request_uri'],
])

/** What was refused, as far as it tells one cause of an error code from another. */
export interface Refused {
  /** The OAuth error code. */
  readonly error: string
  /** Whether an authorization was asked for, by the browser or pushed; errors then have causes of their own. */
  readonly isAuthorization: boolean
  readonly parameters: Readonly<Record<string, unknown>>
}

/** The section that explains a refusal; undefined for a code that has none. */
export function topicOf({ error, isAuthorization, parameters }: Refused): ErrorTopic | undefined {
  if (isAuthorization && error === 'invalid_redirect_uri') return 'redirect-uri-mismatch'
  if (isAuthorization && error === 'invalid_request' && pkceProblem(parameters)) return 'pkce'
  const known: readonly string[] = errorTopics
  return known.includes(error) ? (error as ErrorTopic) : sameAs.get(error)
}

export const errorDocumentPath = '/docs/errors'

/** `error_uri` (RFC 6749 sections 4.1.2.1 and 5.2). */
export function errorUri(issuer: string, topic: ErrorTopic | undefined): string {
  return `${issuer}${errorDocumentPath}${topic ? `#${topic}` : ''}`
}
