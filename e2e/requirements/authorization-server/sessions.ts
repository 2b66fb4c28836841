import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.9: revocation, introspection, logout, OpenID Connect, cookies and the audit log. */
export const sessions = rowsOf('A.9', {
  'AS-155': must(
    'RFC 7009 §2',
    'Clients revoke refresh and access tokens; an unknown token is 200 as well.',
  ),
  'AS-156': must('RFC 7009 §2.1', 'A client cannot revoke the token of another.'),
  'AS-157': should(
    'RFC 7009 §2.1',
    'Revoking a refresh token ends the access tokens of its grant.',
  ),
  'AS-158': must('RFC 7009 §2.1', 'token_type_hint is only a hint, and there is no GET.'),
  'AS-159': must(
    'RFC 7662 §2.1, §2.2, §4',
    'Introspection is for callers that authenticate or own the token; otherwise it says nothing but inactive.',
  ),
  'AS-160': must(
    'RFC 7662 §2.2',
    'An active answer has scope, client_id, sub, aud, iss, exp, iat and token_type.',
  ),
  'AS-161': should(
    'RFC 7662 §4; RFC 9068 §4',
    'A resource server is told about access tokens for itself only.',
  ),
  'AS-162': must(
    'OIDC Core §2, §3.1.3.6',
    'An ID token has iss, sub, aud, exp, iat and nonce, and verifies with the key set, by RS256 unless asked otherwise.',
  ),
  'AS-163': must(
    'OIDC Core §5.3',
    'UserInfo takes a bearer token, and its sub is that of the ID token.',
  ),
  'AS-164': must(
    'OIDC RP-Initiated Logout §2, §3',
    'Logout asks the person, and returns to registered addresses only.',
  ),
  'AS-165': must(
    'OAuth 2.1 §7.10',
    'The session cookie is HttpOnly, Secure and SameSite=Lax, and new at each sign-in.',
  ),
  'AS-166': product(
    'oidc-provider',
    'Cookies signed with the key before stay valid when it is replaced.',
  ),
  'AS-167': product('attack surface', 'There is no endpoint that is not tested.'),
  'AS-168': product('staging', 'What helps development cannot be reached off loopback.'),
  'AS-169': product(
    'operations',
    'Registering, signing in, consent, tokens, revocation and the use of initial access tokens are in the audit log, without secrets.',
  ),
})
