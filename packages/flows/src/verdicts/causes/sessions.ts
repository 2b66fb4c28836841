import { anyOf, noted, refused, value } from '../evidence.ts'
import { header, parametersOf, pathOf, rpcErrorCode, rpcMethod } from '../messages.ts'
import { mcp, mcpDraft } from '../sources.ts'
import type { Cause } from '../verdict.ts'

/** JSON-RPC codes of MCP. */
const sessionNotFound = -32_001
const headerMismatch = -32_020
const unsupportedVersion = -32_022

/** What goes wrong between a good token and the first useful answer, by transport. */
export const sessionCauses: readonly Cause[] = [
  {
    id: 'sse_session_wrong',
    title: 'The message is for a stream that is not open',
    says: () =>
      'The client of the old HTTP+SSE transport posted to a sessionId whose stream has ended, or is another one’s. Answers would have nowhere to go.',
    fix: () =>
      'In the client, open the stream first, keep it open, and post to the address in its first event. A proxy in front must not close silent streams.',
    source:
      'https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse',
    find: refused(
      (exchange) =>
        exchange.response?.status === 404 &&
        exchange.request.method === 'POST' &&
        parametersOf(exchange).has('sessionId'),
    ),
  },
  {
    id: 'session_unknown',
    title: 'The session is unknown',
    says: () =>
      'The client names a session that has ended, that this server never had, or that belongs to another token. It answered 404, and the client did not begin a new one.',
    fix: () =>
      'In the client, send initialize again without Mcp-Session-Id when a request is answered 404.',
    source: mcp('transports#session-management'),
    find: refused(
      (exchange, story) =>
        exchange.response?.status === 404 && rpcErrorCode(exchange, story) === sessionNotFound,
    ),
  },
  {
    id: 'session_id_missing',
    title: 'Mcp-Session-Id is missing',
    says: (evidence) =>
      `The client sent ${value(evidence, 'got') ?? 'a message'} without the session that initialize had opened, or without initialize.`,
    fix: () =>
      'In the client, send Mcp-Session-Id of the answer to initialize with every request; in a browser it is readable by Access-Control-Expose-Headers.',
    source: mcp('transports#session-management'),
    find: anyOf(
      noted('session_id_missing'),
      refused(
        (exchange, story) =>
          exchange.server === 'resource-server' &&
          exchange.response?.status === 400 &&
          rpcErrorCode(exchange, story) === -32_000 &&
          header(exchange.request.headers, 'mcp-session-id') === undefined &&
          rpcMethod(exchange) !== undefined && { values: { got: rpcMethod(exchange) ?? '' } },
      ),
    ),
  },
  {
    id: 'header_mismatch',
    title: 'Headers and message contradict each other',
    says: () =>
      'MCP 2026-07-28 repeats version, method and name in headers, and here a header says another thing than the message, or is missing.',
    fix: () =>
      'In the client, set MCP-Protocol-Version, Mcp-Method and Mcp-Name from the message that is sent. Whoever runs a proxy in front lets them pass.',
    source: mcpDraft('transports/streamable-http#server-validation'),
    find: refused((exchange, story) => rpcErrorCode(exchange, story) === headerMismatch),
  },
  {
    id: 'protocol_version_unsupported',
    title: 'The protocol version is not supported',
    says: (evidence) =>
      `The client speaks MCP ${value(evidence, 'got') || 'in another revision'}, which this server does not.`,
    fix: () => 'In the client, send one of the versions that the error lists, the newest it knows.',
    source: mcp('lifecycle#version-negotiation'),
    find: refused(
      (exchange, story) =>
        (rpcErrorCode(exchange, story) === unsupportedVersion ||
          (exchange.response?.status === 400 &&
            rpcErrorCode(exchange, story) === -32_000 &&
            header(exchange.request.headers, 'mcp-session-id') !== undefined)) && {
          values: { got: header(exchange.request.headers, 'mcp-protocol-version') ?? '' },
        },
    ),
  },
  {
    id: 'message_invalid',
    title: 'The message is no valid JSON-RPC',
    says: (evidence) =>
      `What the client posted to ${value(evidence, 'got') ?? 'the MCP URL'} is JSON, and not one JSON-RPC message of this revision. Batches exist in 2025-03-26 alone.`,
    fix: () => 'In the client, post one message at a time, with jsonrpc 2.0, a method and an id.',
    source: mcp('transports#sending-messages-to-the-server'),
    find: refused(
      (exchange, story) =>
        rpcErrorCode(exchange, story) === -32_600 && { values: { got: pathOf(exchange) } },
    ),
  },
]
