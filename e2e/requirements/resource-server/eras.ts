import { must, rowsOf, should } from '../row.ts'

const table = 'MCP 2026-07-28 versioning, dual-era servers'
const streamable = 'MCP 2025-03-26 to 2025-11-25 transports'
const legacy = 'MCP 2024-11-05 transports'
const modern = 'MCP 2026-07-28 transports'

/** SPEC-MATRIX B.4: one URL for three eras. RS-44-… are the rows of its decision table and what it rests on. */
export const eras = rowsOf('B.4', {
  'RS-43': must(
    `${legacy}; the reference guide`,
    'GET with a bearer token that accepts an event stream answers one whose first event is the endpoint for messages.',
  ),
  'RS-44': must(table, 'One URL serves every era without ambiguity, as the rows below decide.'),
  'RS-44-order': must(
    table,
    'Host, Origin, preflight, size, token, era, principal and scopes are judged in this order, and the first that fails answers.',
  ),
  'RS-44-I1': must(
    streamable,
    'Every initialize over Streamable HTTP that succeeds is answered with a session id.',
  ),
  'RS-44-I2': must(legacy, 'A 2024-11-05 stream never carries an event id.'),
  'RS-44-G1': must(
    streamable,
    'GET with Mcp-Session-Id opens that session’s one stream: 404 if it is unknown or foreign, 409 if it is the second, 406 if it accepts no event stream.',
  ),
  'RS-44-G2': must(legacy, 'GET with Last-Event-ID and no session is 405.'),
  'RS-44-G3': must(modern, 'GET that names a stateless revision is 405; an older one is not.'),
  'RS-44-G4': must(legacy, 'GET that accepts an event stream opens one of 2024-11-05.'),
  'RS-44-G5': must('RFC 9110 §15.5.7', 'Any other GET is 406.'),
  'RS-44-P1': must(
    legacy,
    'POST with sessionId is accepted for that stream, also when the message is modern: 404 if it is unknown or foreign.',
  ),
  'RS-44-P2': must(
    modern,
    'POST of a modern message, or one that names a version without sessions, is answered by itself, whatever session it names.',
  ),
  'RS-44-P3': must(
    streamable,
    'POST with Mcp-Session-Id is answered by that session: 404 if it is unknown or foreign.',
  ),
  'RS-44-P4': must(streamable, 'POST of initialize begins a session.'),
  'RS-44-P5': must(streamable, 'Any other POST is 400: a session is needed.'),
  'RS-44-D1': must(
    streamable,
    'DELETE with Mcp-Session-Id ends that session: 404 if it is unknown or foreign.',
  ),
  'RS-44-D2': must(streamable, 'DELETE without a session is 405.'),
  'RS-44-A1': must(
    legacy,
    'GET of /sse and /sse/ opens a stream whose endpoint is the same path, whatever session it names.',
  ),
  'RS-44-A2': must(legacy, 'POST with sessionId to /sse and /sse/ is accepted for that stream.'),
  'RS-44-A3': must(
    streamable,
    'POST without sessionId to /sse and /sse/ is 405, so that clients fall back.',
  ),
  'RS-44-A4': must(streamable, '/mcp/ is answered as /mcp is, without a redirect.'),
  'RS-45': must(
    legacy,
    'A message to a 2024-11-05 stream is 202 without a JSON-RPC answer, which comes as a message event.',
  ),
  'RS-46': must(
    'MCP security, state handles',
    'A session or stream belongs to a person and a client, not to a token; to everyone else it is 404.',
  ),
  'RS-47': should(
    'MCP authorization',
    'An open stream ends when its token expires or its revocation is known.',
  ),
})
