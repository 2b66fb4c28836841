import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX B.3: HTTP hardening. */
export const http = rowsOf('B.3', {
  'RS-32': must(
    'MCP transports, 2025-11-25',
    'A foreign Origin is 403 whatever the method and before the token; no Origin is fine.',
  ),
  'RS-33': must(
    'MCP transports, security',
    'A request for another host is refused, the port included (DNS rebinding).',
  ),
  'RS-34': should('MCP transports, security', 'By default it listens on this machine alone.'),
  'RS-35': product(
    'Fetch standard; Inspector, mcp-use',
    'A preflight is answered 204 without a token; the answer names the allowed origin, varies by it, and allows no credentials.',
  ),
  'RS-36': product(
    'Fetch standard; MCP 2026-07-28',
    'A preflight allows every header that MCP clients send, Mcp-Param-* as asked for.',
  ),
  'RS-37': product(
    'Fetch standard',
    'Browser clients may read the challenge, the session and the version, on 401 and 403 as well.',
  ),
  'RS-38': product('Fetch standard', 'A preflight allows GET, POST, DELETE and OPTIONS.'),
  'RS-39': must(
    'MCP server/tools, security',
    'The size and depth of a body, the size of headers, the time of a request and the open streams of a person are limited.',
  ),
  'RS-40': must(
    'MCP server/tools, security',
    'Tool calls are limited for each person and client, and who has too many is told so.',
  ),
  'RS-41': should(
    'MCP 2026-07-28 transports',
    'Event streams are neither cached nor buffered by proxies, and are kept alive by comments at least every 25 s.',
  ),
  'RS-42': should(
    'RFC 9110 §15.5.6',
    'Other methods are 405 with Allow, and 401 first without a token.',
  ),
})
