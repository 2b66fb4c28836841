import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX B.2: validation of access tokens. */
export const accessTokens = rowsOf('B.2', {
  'RS-21': must(
    'MCP authorization; MCP security',
    'The token is judged on every request, also within a session, before any data is read.',
  ),
  'RS-22': must(
    'OAuth 2.1 §5.1; MCP authorization',
    'A token counts in the Authorization header only, never in a query, a form or a cookie.',
  ),
  'RS-23': must(
    'RFC 9068 §4; RFC 8725 §3.1, §3.11',
    'A JWT has the issuer’s signature, an allowed algorithm and the type at+jwt; none and HS256 are refused.',
  ),
  'RS-24': must(
    'RFC 9068 §4; MCP authorization',
    'iss and aud are exactly ours, the times are sane, and sub and client_id are there.',
  ),
  'RS-25': must(
    'RFC 9068 §4, §5; MCP security',
    'ID tokens, and tokens for another resource or UserInfo, are refused.',
  ),
  'RS-26': must(
    'RFC 8725 §3.10',
    'Keys come from the authorization server alone: jku, x5u and jwk are ignored, and kid finds a key in memory and nothing else.',
  ),
  'RS-27': product(
    'availability',
    'Unknown key ids do not hammer the authorization server; while it is away the answer is 503 with Retry-After, never 401.',
  ),
  'RS-28': should('RFC 7009 §2.1', 'A revoked token is refused within REVOCATION_CHECK_SECONDS.'),
  'RS-29': must(
    'MCP security, token passthrough',
    'A client’s token is passed on to nobody, and neither logged nor echoed.',
  ),
  'RS-30': must('MCP authorization', 'Tokens of other issuers are never accepted.'),
  'RS-31': must('MCP security', 'A 401 or 403 carries no data, no stack and nothing of a person.'),
})
