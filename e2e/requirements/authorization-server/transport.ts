import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.2: transport, hosting and HTTP hygiene. */
export const transport = rowsOf('A.2', {
  'AS-23': must(
    'OAuth 2.1 §1.5; RFC 9700 §4.13; MCP security',
    'Off loopback everything goes over https: pages redirect to it, other requests over http are refused, HSTS is sent.',
  ),
  'AS-24': must(
    'OAuth 2.1 §3.2.3; RFC 7591 §3.2.1',
    'Answers of token, registration and introspection are not stored by caches, failures included.',
  ),
  'AS-25': must(
    'OAuth 2.1 §7.5.3; RFC 9700 §4.12',
    'Redirects of requests that may carry credentials are 303, never 307.',
  ),
  'AS-26': must('OAuth 2.1 §3.1; RFC 9700 §2.6', 'The authorization endpoint has no CORS.'),
  'AS-27': product(
    'RFC 9700 §2.6',
    'The token endpoint answers web pages of the client’s own origins only, never with credentials.',
  ),
  'AS-28': should(
    'OAuth 2.1 §9; RFC 9700 §2.6',
    'Registration and revocation can be called by clients that live in a browser.',
  ),
  'AS-29': must('OAuth 2.1 §7.11; RFC 9700 §4.16', 'No page can be framed.'),
  'AS-30': should('RFC 9700 §4.2', 'Pages whose address holds a code or state send no referrer.'),
  'AS-31': product(
    'interoperability',
    'The content security policy of the consent page lets its form end at the client, whatever scheme the client has.',
  ),
  'AS-32': product('storage and memory abuse', 'Every POST has a size limit.'),
  'AS-33': should('RFC 9110 §15.5.6', 'A wrong method at a known endpoint is 405 with Allow.'),
  'AS-34': must(
    'RFC 6749 §5.2; RFC 7591 §3.2.2',
    'Errors for programs are JSON, whatever Accept says.',
  ),
  'AS-35': must(
    'OAuth 2.1 §3.1, §3.2',
    'Parameters without a value are as if left out, repeated ones are an error, unknown ones are ignored.',
  ),
  'AS-36': must(
    'RFC 6749 §4.1.2.1, §5.2',
    'error and error_description stay within the allowed characters and repeat nothing that was sent.',
  ),
  'AS-37': must(
    'OAuth 2.1 §2.4.1; MCP security',
    'Sign-in, client secrets, initial access tokens and document fetches are rate-limited.',
  ),
  'AS-38': must('OAuth 2.1 §7.7', 'Credentials cannot be guessed: 128 bits or more.'),
  'AS-39': must(
    'OAuth 2.1 §1.4, §4.3; MCP security',
    'No credential that can be replayed is stored in clear or logged.',
  ),
})
