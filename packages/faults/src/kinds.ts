/**
 * When a kind of fault takes effect. `instead`: an answer in place of the server's. `transport`: on the way, whatever is
 * answered. `answer`: changes the server's own answer, and strikes only where there is such an answer to change.
 */
export type FaultPhase = 'instead' | 'transport' | 'answer'

interface FaultKind {
  readonly title: string
  readonly phase: FaultPhase
  /** What happens. */
  readonly does: string
  /** The member of `what`, as an example. */
  readonly example: unknown
}

/** What a fault can do, by the member of `what` that says so. */
export const faultKinds = {
  status: {
    title: 'Status',
    phase: 'instead',
    does: 'Answers this status in place of the server; 200 where only a body is given.',
    example: 503,
  },
  body: {
    title: 'Body',
    phase: 'instead',
    does: 'Answers this text, or this value as JSON.',
    example: { error: 'busy' },
  },
  html: {
    title: 'HTML in place of JSON',
    phase: 'instead',
    does: 'Answers an HTML page, as proxies and frameworks do; 500 unless `status` says otherwise.',
    example: true,
  },
  oauth_error: {
    title: 'OAuth error',
    phase: 'instead',
    does: 'Refuses as RFC 6749 has it: JSON with 400 (401 for invalid_client and invalid_token), at `authorize` the redirect back to the client with the error in place of the code.',
    example: { error: 'server_error', error_description: 'Try again.' },
  },
  challenge: {
    title: 'Challenge',
    phase: 'instead',
    does: 'Answers 401 or 403 with WWW-Authenticate. Without `resource_metadata` the one of the MCP server is named; null names none.',
    example: { status: 403, error: 'insufficient_scope', scope: 'read:cogs' },
  },
  rate_limited: {
    title: 'Rate limit',
    phase: 'instead',
    does: 'Answers 429 with Retry-After.',
    example: { retry_after_seconds: 5 },
  },
  as_if: {
    title: 'As if',
    phase: 'instead',
    does: 'Answers as if `code_used`, `refresh_token_used`, `grant_revoked` or `client_unknown`; what is stored stays as it is.',
    example: 'refresh_token_used',
  },
  hang: {
    title: 'Hang',
    phase: 'instead',
    does: 'Never answers. Ends with the fault, or when the client leaves.',
    example: true,
  },
  drop_connection: {
    title: 'Drop the connection',
    phase: 'transport',
    does: 'Ends the connection before an answer, or after so many bytes of the body.',
    example: { after_bytes: 20 },
  },
  delay_ms: {
    title: 'Delay',
    phase: 'transport',
    does: 'Waits before anything else happens.',
    example: 1500,
  },
  headers: {
    title: 'Headers',
    phase: 'transport',
    does: 'Sets headers of the answer; null takes one away.',
    example: { 'Access-Control-Allow-Origin': null },
  },
  malformed_json: {
    title: 'Malformed JSON',
    phase: 'transport',
    does: 'The body arrives whole, and is not JSON.',
    example: true,
  },
  truncate_at_bytes: {
    title: 'Truncated body',
    phase: 'transport',
    does: 'The body ends after so many bytes, as if that were all of it.',
    example: 20,
  },
  bytes_per_second: {
    title: 'Slow answer',
    phase: 'transport',
    does: 'The body arrives this slowly.',
    example: 64,
  },
  events: {
    title: 'Broken event stream',
    phase: 'answer',
    does: 'Cuts a stream of server-sent events after so many, or makes each wait.',
    example: { cut_after: 1, delay_ms: 250 },
  },
  json: {
    title: 'Changed JSON',
    phase: 'answer',
    does: 'Sets or removes members of a successful JSON answer, by name or by JSON Pointer. In texts `{value}` is what was there, `{issuer}` and `{resource}` are those of the stack.',
    example: { remove: ['code_challenge_methods_supported'] },
  },
  jwks: {
    title: 'Wrong keys',
    phase: 'answer',
    does: 'Publishes `stale` keys (other key ids), `foreign` ones (the same ids, keys of nobody) or none (`empty`).',
    example: 'stale',
  },
  issued_token: {
    title: 'Wrong token',
    phase: 'answer',
    does: 'Changes claims and header of the JWT that the token endpoint issues (null takes one away) and signs it again: with the `server`’s key, a `rogue`’s, or `none`.',
    example: { token: 'access_token', claims: { aud: 'https://elsewhere.example/mcp' } },
  },
  authorization_response: {
    title: 'Wrong authorization response',
    phase: 'answer',
    does: 'Sets or removes parameters of the redirect back to the client.',
    example: { remove: ['state'] },
  },
} as const satisfies Record<string, FaultKind>

export type FaultKindName = keyof typeof faultKinds

export const faultKindNames = Object.keys(faultKinds) as FaultKindName[]
