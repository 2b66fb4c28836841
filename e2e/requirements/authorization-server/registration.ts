import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.7: dynamic registration, its management, and the initial access token. */
export const registration = rowsOf('A.7', {
  'AS-110': should(
    'RFC 7591; MCP 2025-03-26 and 2025-06-18',
    'Clients register themselves where the mode of the server allows it.',
  ),
  'AS-111': must(
    'RFC 7591 §3.1, §3.2.1',
    'Registration takes JSON and answers 201 with everything that is registered.',
  ),
  'AS-112': must(
    'RFC 7591 §3; RFC 6750 §3',
    'No, an unknown or an expired initial access token is 401 with a Bearer challenge.',
  ),
  'AS-113': must(
    'RFC 6750 §2.3; OAuth 2.1 §5.1.1',
    'The initial access token is taken from the header only.',
  ),
  'AS-114': product(
    'RFC 8725 §3; RFC 6750 §3.1',
    'The initial access token is a signed JWT, checked in every claim.',
  ),
  'AS-115': product(
    'RFC 7591 §5',
    'An initial access token has a number of uses, is revocable, and its clients are known.',
  ),
  'AS-116': product('RFC 7519 §4.1.4', 'The expiry of an initial access token is strict.'),
  'AS-117': should(
    'OAuth 2.1 §7.4; RFC 9700 §4.15; CIMD draft §6.9',
    'Client ids are made by the server and cannot be guessed.',
  ),
  'AS-118': must(
    'RFC 7591 §2',
    'What a registration leaves out gets the defaults of the standard, and refresh_token.',
  ),
  'AS-119': must('RFC 7591 §2', 'Metadata that is not understood is ignored.'),
  'AS-120': product(
    'RFC 7591 §2, §3.2.1',
    'Grants and response types that are not offered are left out, not refused.',
  ),
  'AS-121': should('RFC 7591 §2.1', 'grant_types and response_types are made consistent.'),
  'AS-122': product(
    'RFC 7591 §2, §3.2.1; MCP SDK clients',
    'Any scope may be wished for at registration, and no wish is a ceiling.',
  ),
  'AS-123': must(
    'RFC 7591 §2, §3.2.2',
    'Missing or bad redirect URIs are invalid_redirect_uri, other mistakes invalid_client_metadata.',
  ),
  'AS-124': must(
    'RFC 7591 §5; RFC 9700 §4.1.3',
    'Scripts, files, fragments, user information, wildcards and relative addresses are no redirect URIs.',
  ),
  'AS-125': product(
    'OIDC Registration §2; Cursor, mcp-remote, Gemini CLI',
    'A client with loopback or app-scheme redirects is a native one, whatever it says.',
  ),
  'AS-126': product(
    'Cursor',
    'Mixed sets of app-scheme, https and loopback redirects are accepted.',
  ),
  'AS-127': must(
    'RFC 7591 §3.2.1; RFC 8252 §8.5',
    'A public client gets no secret, a confidential one does.',
  ),
  'AS-128': must('RFC 7591 §2.3, §3.2.2', 'A software statement is refused by its own error.'),
  'AS-129': must(
    'RFC 7591 §2, §5',
    'jwks and jwks_uri exclude each other, and what jwks_uri gives is limited in size.',
  ),
  'AS-130': should(
    'RFC 7591 §5',
    'logo_uri, client_uri, tos_uri and policy_uri are web addresses.',
  ),
  'AS-131': product(
    'storage abuse, SSRF',
    'The number and length of redirect URIs, names and their letters have bounds; registering makes the server fetch nothing.',
  ),
  'AS-132': must(
    'RFC 7592 §2',
    'A client reads, replaces and deletes its registration, and deleting ends its tokens.',
  ),
  'AS-133': must(
    'RFC 7592 §2',
    'The token of another client, or for an unknown one, is 401 and tells nothing.',
  ),
  'AS-134': should('RFC 7592 §2.3', 'Nothing of a deleted client goes on working.'),
  'AS-135': product('RFC 7591 §5', 'Registered clients that nobody uses are removed.'),
})
