import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.6: resource indicators and the form of access tokens. */
export const resources = rowsOf('A.6', {
  'AS-97': must(
    'RFC 8707 §2; RFC 9700 §2.3',
    'The audience of an access token is the resource that was asked for.',
  ),
  'AS-98': must(
    'RFC 8707 §2',
    'An unknown, relative or fragment-bearing resource is invalid_target.',
  ),
  'AS-99': product(
    'RFC 8707 §2',
    'A request without resource gets a token for the MCP server, not an unrestricted one.',
  ),
  'AS-100': should(
    'MCP authorization, canonical URI',
    'Equivalent spellings of the resource are accepted; the audience is always the canonical one.',
  ),
  'AS-101': must('RFC 8707 §2.2', 'A token request asks for no resource beyond the granted ones.'),
  'AS-102': should('RFC 9068 §3; RFC 8707 §2.2', 'An access token has one audience.'),
  'AS-103': must(
    'RFC 9068 §2.1, §2.2',
    'The header of an access token has typ at+jwt, an asymmetric alg and kid.',
  ),
  'AS-104': must(
    'RFC 9068 §2.2, §2.2.3',
    'Its claims are iss, exp, aud, sub, client_id, iat, jti and scope.',
  ),
  'AS-105': must('RFC 9068 §2.1, §4', 'RS256 is supported for access tokens.'),
  'AS-106': should('RFC 9068 §5, §6', 'sub is stable and tells nothing about the person.'),
  'AS-107': must('RFC 9068 §4; OIDC Core §5.3', 'UserInfo refuses tokens for the MCP server.'),
  'AS-108': must(
    'RFC 8707 §2.1; OAuth 2.1 §1.4.1',
    'The scope of a token is within what was consented to and what the resource has.',
  ),
  'AS-109': should(
    'RFC 9449 §5.1; RFC 9700 §2.2.1',
    'DPoP is announced only where the resource server checks proofs.',
  ),
})
