import { must, product, rowsOf } from '../row.ts'

/** SPEC-MATRIX B.7: HTTP+SSE of 2024-11-05. */
export const legacySse = rowsOf('B.7', {
  'RS-84': must(
    '2024-11-05 transports',
    'The endpoint comes first and is a URI of the same origin.',
  ),
  'RS-85': must(
    '2024-11-05 transports',
    'Answers are message events of JSON without an id; comments keep the stream alive.',
  ),
  'RS-86': must(
    '2024-11-05 transports; authorization',
    'Origin and token are judged on GET and on every POST.',
  ),
  'RS-87': must('MCP security', 'The id of a stream is no credential, and cannot be guessed.'),
  'RS-88': product('MCP deprecations', 'LEGACY_SSE=off switches the transport off.'),
})
