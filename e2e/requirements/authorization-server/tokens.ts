import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.5: the token endpoint and refresh tokens. */
export const tokens = rowsOf('A.5', {
  'AS-73': must('OAuth 2.1 §3.2', 'The token endpoint takes forms by POST.'),
  'AS-74': must(
    'OAuth 2.1 §2.4, §3.2.1',
    'Confidential clients authenticate, by one method at a time.',
  ),
  'AS-75': must(
    'OAuth 2.1 §3.2.4',
    'Failed authentication by header is 401 with WWW-Authenticate: Basic.',
  ),
  'AS-76': must('OAuth 2.1 §2.4.1', 'A secret in the query authenticates nobody.'),
  'AS-77': must(
    'RFC 7523 §3; OAuth 2.1 §2.4.2',
    'An assertion of private_key_jwt needs the client’s signature, time, audience and an unused jti.',
  ),
  'AS-78': must(
    'OAuth 2.1 §4.1.3; RFC 9700 §2.1.1, §4.5',
    'A code that is used again is refused, and the tokens of its first use end.',
  ),
  'AS-79': should('OAuth 2.1 §7.5.2', 'A replay with wrong parameters ends nothing.'),
  'AS-80': must(
    'OAuth 2.1 §4.1.3',
    'A code brings exactly one token answer, however many ask at once.',
  ),
  'AS-81': must(
    'OAuth 2.1 §10.2; RFC 6749 §4.1.3',
    'redirect_uri may be left out of the token request; a different one is refused.',
  ),
  'AS-82': must(
    'OAuth 2.1 §3.2.3',
    'The answer has access_token, token_type, expires_in, scope and refresh_token.',
  ),
  'AS-83': should('OAuth 2.1 §7.1.3.5; MCP security', 'Access tokens are short-lived.'),
  'AS-84': product('MCP authorization; real clients', 'A refresh token needs no offline_access.'),
  'AS-85': should(
    'OIDC Core §11; MCP authorization',
    'offline_access is accepted and harmless everywhere.',
  ),
  'AS-86': must('OAuth 2.1 §4.3.1; MCP security', 'Refresh tokens are replaced on every use.'),
  'AS-87': must(
    'OAuth 2.1 §4.3.1; RFC 9700 §4.14.2',
    'A replaced refresh token that is used again ends its whole family.',
  ),
  'AS-88': product('real clients', 'Several windows of one client may refresh at the same moment.'),
  'AS-89': must('OAuth 2.1 §4.3', 'A refresh token belongs to its client.'),
  'AS-90': must(
    'OAuth 2.1 §4.3.1, §4.3.2',
    'A refresh may narrow the scope, never widen it; the new refresh token keeps the original one.',
  ),
  'AS-91': should(
    'OAuth 2.1 §4.3.3; RFC 9700 §4.14.2',
    'Refresh tokens expire when unused, and their family has an end.',
  ),
  'AS-92': product(
    'OAuth 2.1 §4.3.3',
    'Refresh tokens outlive the browser session, and end when the password changes.',
  ),
  'AS-93': product('Codex, Gemini CLI', 'scope and resource may be left out of a refresh.'),
  'AS-94': must('RFC 6749 §5.2', 'A dead code or refresh token is always 400 invalid_grant.'),
  'AS-95': must(
    'OAuth 2.1 §3.2.4; RFC 9700 §2.4',
    'An unknown grant is unsupported_grant_type; password and implicit do not exist, client_credentials is for confidential clients.',
  ),
  'AS-96': should(
    'RFC 7591 §2; RFC 6749 §5.2',
    'A client uses only the grants that it has registered.',
  ),
})
