import { may, must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.1: discovery and metadata. */
export const discovery = rowsOf('A.1', {
  'AS-01': must(
    'RFC 8414 §3; MCP authorization',
    'Metadata is published at /.well-known/oauth-authorization-server.',
  ),
  'AS-02': must(
    'OIDC Discovery §4; MCP 2025-11-25',
    'The OpenID Connect document is published too, with the same content.',
  ),
  'AS-03': must(
    'RFC 8414 §3.3; MCP discovery',
    'issuer is, byte for byte, the identifier that led to the document and the one in authorization_servers of the resource.',
  ),
  'AS-04': must(
    'RFC 8414 §3.1; MCP discovery',
    'An issuer with a path is found at all three well-known addresses that clients try.',
  ),
  'AS-05': must(
    'RFC 8414 §2',
    'Every endpoint that the metadata names is there and answers its own method.',
  ),
  'AS-06': must(
    'RFC 8414 §6.2',
    'Endpoint URLs come from the configuration, never from the Host of a request.',
  ),
  'AS-07': must(
    'RFC 8414 §2; OAuth 2.1 §7.10; MCP security',
    'code_challenge_methods_supported is exactly S256, in the OpenID Connect document too.',
  ),
  'AS-08': must('RFC 9207 §2.3, §3', 'authorization_response_iss_parameter_supported is true.'),
  'AS-09': must(
    'CIMD draft §5; MCP client registration',
    'client_id_metadata_document_supported is true.',
  ),
  'AS-10': must(
    'OAuth 2.1; RFC 9700 §2.1.2',
    'code is the only response type; implicit and hybrid requests fail.',
  ),
  'AS-11': must('RFC 8414 §2', 'grant_types_supported names exactly the grants that are enabled.'),
  'AS-12': product(
    'RFC 8414 §2; interoperability with Claude and ChatGPT',
    'token_endpoint_auth_methods_supported names none, and the confidential methods.',
  ),
  'AS-13': must(
    'RFC 8414 §2',
    'The algorithms of private_key_jwt are named, and none is not among them.',
  ),
  'AS-14': should(
    'RFC 8414 §2',
    'How clients authenticate at revocation and introspection is named.',
  ),
  'AS-15': should(
    'RFC 8414 §2; MCP scope strategy',
    'scopes_supported names the nine resource scopes and the identity scopes.',
  ),
  'AS-16': may('RFC 8414 §2', 'scopes_supported names nothing that is never granted to a client.'),
  'AS-17': should(
    'RFC 8414 §3; RFC 9700 §2.6',
    'Any web page may read the metadata, without credentials.',
  ),
  'AS-18': product('RFC 9111', 'Metadata may be cached, for a bounded time.'),
  'AS-19': must(
    'RFC 7517; OIDC Discovery §3',
    'The key set holds public signature keys only, with kid, use and alg: one at least for each advertised algorithm.',
  ),
  'AS-20': should(
    'RFC 9068 §4; OIDC Core §10.1.1',
    'A key that no longer signs stays published until the last token it signed has expired.',
  ),
  'AS-21': must(
    'MCP 2025-03-26 authorization §2.3',
    'Clients of 2025-03-26 find the metadata and the default endpoints at the origin of the MCP URL.',
  ),
  'AS-22': must(
    'OIDC Discovery §3',
    'The OpenID Connect document has every REQUIRED member, RS256 for ID tokens among them.',
  ),
})
