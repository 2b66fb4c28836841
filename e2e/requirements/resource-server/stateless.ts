import { must, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX B.5: revision 2026-07-28. */
export const stateless = rowsOf('B.5', {
  'RS-48': must('transports', 'A POST holds one request or notification; a batch is 400 -32600.'),
  'RS-49': must(
    'server/discover; versioning',
    'server/discover names versions, capabilities, server, ttlMs and cacheScope.',
  ),
  'RS-50': must(
    'transports',
    'MCP-Protocol-Version is there and equals the body; otherwise 400 -32020.',
  ),
  'RS-51': must(
    'versioning',
    'An unknown version is 400 -32022 with what was requested and what is supported.',
  ),
  'RS-52': must(
    'transports, request metadata',
    'Mcp-Method and Mcp-Name are there and equal the body, plain or in Base64; header names in any case, values exactly; otherwise 400 -32020.',
  ),
  'RS-53': must(
    'transports, custom headers',
    'Mcp-Param-* headers are there exactly when the marked argument is, and equal it.',
  ),
  'RS-54': must(
    'basic',
    'Each request has protocolVersion and clientCapabilities in _meta; otherwise 400 -32602.',
  ),
  'RS-55': must(
    'basic',
    'A capability that is needed and was not declared is 400 -32021 with requiredCapabilities.',
  ),
  'RS-56': must('transports', 'An unknown method is 404 -32601, and so are initialize and ping.'),
  'RS-57': must('transports', 'A notification is 202 without a body.'),
  'RS-58': must('basic', 'An id is a string or an integer; null is 400.'),
  'RS-59': must('basic', 'Every result has a resultType.'),
  'RS-60': must(
    'utilities/caching',
    'Discovery, lists and resources say how long they may be cached and by whom; what depends on a sign-in is private.',
  ),
  'RS-61': must(
    'server/tools',
    'tools/list depends on no connection and no earlier request, and keeps its order.',
  ),
  'RS-62': must(
    'basic, statelessness',
    'No request relies on an earlier one: any process answers.',
  ),
  'RS-63': should(
    'transports, earlier revisions',
    'Mcp-Session-Id and Last-Event-ID are ignored in modern requests, and never minted.',
  ),
  'RS-64': must(
    'patterns/mrtr',
    'input_required answers only methods that may ask, for declared capabilities, with what is asked or a state; missing input is asked for again, other input ignored.',
  ),
  'RS-65': must(
    'patterns/mrtr',
    'requestState is sealed and bound to person, client, method and parameters, for a limited time; what it caused happens once.',
  ),
  'RS-66': must('transports', 'No request to the client travels on a response stream.'),
  'RS-67': must(
    'patterns/cancellation',
    'Closing the response stream cancels the request; nothing is sent afterwards.',
  ),
  'RS-68': must(
    'patterns/subscriptions',
    'subscriptions/listen is acknowledged first, brings what was asked for and nothing else, and ends with a result.',
  ),
  'RS-69': must(
    'basic; server/resources',
    '-32002 and -32042 are not used, nor new codes between -32000 and -32019; an unknown tool or resource is -32602.',
  ),
  'RS-70': must(
    'utilities/logging',
    'Log notifications come only as asked for, and hold no secret and nothing of a person.',
  ),
  'RS-71': must('basic', 'Schemas are JSON Schema 2020-12 and refer to nothing on the network.'),
  'RS-72': must(
    'transports',
    'The answer is JSON or an event stream; who accepts JSON alone gets JSON.',
  ),
})
