import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.3: the authorization endpoint. */
export const authorization = rowsOf('A.3', {
  'AS-40': must('OAuth 2.1 §3.1', 'Authorization requests may be sent by GET.'),
  'AS-41': must('OAuth 2.1 §3.1', 'The person is authenticated before anything is granted.'),
  'AS-42': must(
    'OAuth 2.1 §4.1.2.1; MCP security',
    'An unknown client or an unregistered redirect URI gets a page, never a redirect.',
  ),
  'AS-43': must(
    'OAuth 2.1 §2.3; RFC 9700 §4.1.3',
    'Redirect URIs are compared as strings; only the port of a loopback address may differ.',
  ),
  'AS-44': must(
    'RFC 8252 §7.3, §8.3; OAuth 2.1 §8.4.2',
    'A loopback redirect URI may have any port at request time.',
  ),
  'AS-45': product(
    'RFC 8252 §8.3; real clients',
    'The name localhost is as good as a loopback address, but not the same.',
  ),
  'AS-46': must(
    'RFC 9700 §2.6; OAuth 2.1 §2.3.1; MCP security',
    'Redirect URIs are https or loopback; of private-use schemes only known ones are accepted.',
  ),
  'AS-47': must(
    'OAuth 2.1 §2.3.2, §4.1.1',
    'redirect_uri may be left out only by a client that has exactly one.',
  ),
  'AS-48': must(
    'OAuth 2.1 §2.3',
    'A redirect URI has no fragment, and its query is kept when parameters are added.',
  ),
  'AS-49': must('OAuth 2.1 §4.1.2', 'state comes back exactly as it was sent, with errors too.'),
  'AS-50': must(
    'RFC 9207 §2; OAuth 2.1 §7.15.1; MCP 2026-07-28',
    'Every authorization response has iss, errors included, equal to the issuer in the metadata.',
  ),
  'AS-51': must(
    'OAuth 2.1 §7.13.2; RFC 9700 §4.11.2',
    'Errors for a client that nobody vouches for are shown on our own page before they are redirected.',
  ),
  'AS-52': must('OAuth 2.1 §4.1.2.1', 'Deny returns access_denied with state and iss.'),
  'AS-53': must('OAuth 2.1 §4.1.2.1', 'An unknown response type is unsupported_response_type.'),
  'AS-54': must(
    'OAuth 2.1 §1.4.1; RFC 6749 §3.3',
    'A request without scope gets a documented default, and the token answer says what was granted.',
  ),
  'AS-55': must('RFC 7591 §2', 'A scope beyond the client’s ceiling is invalid_scope.'),
  'AS-56': product(
    'OAuth 2.1 §1.4.1',
    'Unknown scopes are ignored, and the token answer says what was granted.',
  ),
  'AS-57': must(
    'OIDC Core §3.1.2.1',
    'prompt, max_age and login_hint work as OpenID Connect says.',
  ),
  'AS-58': must(
    'OIDC Core §2, §3.1.2.1',
    'nonce comes back in the ID token; there is one only with openid.',
  ),
  'AS-59': must('OIDC Core §6; RFC 9101', 'Request objects are refused by their own errors.'),
  'AS-60': must(
    'OAuth 2.1 §4.1.2; RFC 9700 §2.1.1',
    'A code lives ten minutes at most, works once, and belongs to its client, redirect URI and challenge.',
  ),
  'AS-61': should(
    'OAuth 2.1 §7.3.1; RFC 8252 §8.6',
    'Clients that cannot prove who they are are never approved silently.',
  ),
  'AS-62': must(
    'MCP security; CIMD draft §6.4',
    'The consent page names the client, where it leads back to, the host of its document, the resource, and each scope in words.',
  ),
  'AS-63': should(
    'MCP security',
    'A client that is known by its own word only and returns to loopback comes with a warning.',
  ),
  'AS-64': must(
    'RFC 9700 §4.7; OAuth 2.1 §7.10–7.11',
    'Sign-in and consent forms are bound to their interaction and browser.',
  ),
  'AS-65': must(
    'RFC 7591 §5; OAuth 2.1 §7.12',
    'What a client says of itself is shown as text, and none of its images is loaded.',
  ),
  'AS-66': should('OAuth 2.1 §7.9', 'People and administrators see grants and revoke them.'),
})
