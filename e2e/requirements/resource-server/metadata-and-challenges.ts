import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX B.1: protected-resource metadata and challenges. */
export const metadataAndChallenges = rowsOf('B.1', {
  'RS-01': must('RFC 9728 §3; MCP 2025-06-18', 'Protected-resource metadata is published.'),
  'RS-02': must(
    'RFC 9728 §3.1; MCP discovery',
    'The metadata stands where the path of the resource leads: /.well-known/oauth-protected-resource/mcp.',
  ),
  'RS-03': should(
    'MCP discovery',
    'The same document stands at the root form, for clients that lost the challenge.',
  ),
  'RS-04': must(
    'RFC 9728 §3.3, §7.3; MCP canonical URI',
    'resource is, byte for byte, the URL that the client used, without a trailing slash.',
  ),
  'RS-05': must(
    'RFC 9728 §3.1, §3.3',
    'An alias (/sse, /sse/, /mcp/) has a document of its own that names what the client typed, and challenges there lead to it.',
  ),
  'RS-06': must('MCP discovery', 'authorization_servers has the issuer first, exactly as it is.'),
  'RS-07': should(
    'RFC 9728 §2; MCP authorization',
    'scopes_supported has the scopes that are useful here, neither openid nor offline_access.',
  ),
  'RS-08': must(
    'RFC 9728 §2',
    'bearer_methods_supported is header alone, the resource has a name and documentation, and no member is an empty list.',
  ),
  'RS-09': should(
    'RFC 9728 §3.1, §5',
    'The metadata needs no token, may be read by any web page, and may be cached.',
  ),
  'RS-10': must(
    'MCP authorization; RFC 6750 §3; OAuth 2.1 §5.3.1',
    'A missing, bad or expired token is 401 with a Bearer challenge, whatever the method.',
  ),
  'RS-11': must('RFC 9728 §5.1; MCP 2025-06-18', 'The challenge names the metadata document.'),
  'RS-12': should(
    'MCP 2025-11-25; RFC 6750 §3',
    'The challenge names the scopes that the request needs, once.',
  ),
  'RS-13': should(
    'RFC 6750 §3, §3.1; OAuth 2.1 §5.3.2',
    'A request without credentials is told no error; one with bad credentials is told invalid_token.',
  ),
  'RS-14': must(
    'RFC 9110 §11.6.1; OAuth 2.1 §5.3.1',
    'The challenge is one line with one Bearer challenge, its parameters quoted and of the allowed characters.',
  ),
  'RS-15': should(
    'MCP authorization; RFC 6750 §3.1',
    'Too few scopes are 403 insufficient_scope before anything runs; that is never 401, and a bad token is never 403.',
  ),
  'RS-16': should('MCP 2026-07-28', 'All scopes of a call stand in one challenge.'),
  'RS-17': must(
    'MCP 2026-07-28',
    'Where one scope contains another, the wider one is accepted for the narrower.',
  ),
  'RS-18': should(
    'MCP authorization, step-up',
    'Stepping up works: after the 403 the client asks for the union of scopes, and the retry succeeds.',
  ),
  'RS-19': should(
    'RFC 6750 §3.1; MCP authorization',
    'A malformed Authorization header, or two of them, are 400 invalid_request.',
  ),
  'RS-20': product(
    'MCP TypeScript SDK, requireBearerAuth',
    'The audience is checked, a token that has expired is 401 also where it lacks a scope, and no error is told to who sent no credentials.',
  ),
})
