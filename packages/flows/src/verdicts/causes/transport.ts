import { anyOf, at, noted, refused, value } from '../evidence.ts'
import { header, isPreflight, oauthErrorOf, rpcErrorCode } from '../messages.ts'
import { fetchStandard, mcp, rfc, thread } from '../sources.ts'
import { standingRefusals } from '../standing.ts'
import type { Cause } from '../verdict.ts'

const origin = (exchange: Parameters<typeof header>[0]) => header(exchange, 'origin')

/** What stops a request before anybody looks at its meaning. */
export const transportCauses: readonly Cause[] = [
  {
    id: 'origin_refused',
    title: 'The web page’s origin is not allowed (CORS)',
    says: (evidence) =>
      `A web page at ${value(evidence, 'got') ?? 'another origin'} called the server, and the server takes no requests from pages there. The browser then hides the answer from the page, which sees only a network error.`,
    fix: () =>
      'In the client, call the MCP server from the backend instead of from the page, or serve the page from an origin on this machine while testing.',
    source: mcp('transports#security-warning'),
    find: anyOf(
      noted('origin_refused'),
      refused(
        ({ request, response, server }) =>
          server === 'resource-server' &&
          response?.status === 403 &&
          origin(request.headers) !== undefined &&
          !header(response.headers, 'www-authenticate') && {
            values: { got: origin(request.headers) ?? '' },
          },
      ),
    ),
  },
  {
    id: 'client_origin_refused',
    title: 'The token endpoint refused the web page (CORS)',
    says: (evidence) =>
      `A web page at ${value(evidence, 'got') ?? 'another origin'} used a client whose redirect addresses are elsewhere. A page may use a client only at an origin to which the client’s redirects go.`,
    fix: () =>
      'In the client, register a redirect_uri at the origin of the page that redeems the code, or redeem the code in the backend.',
    source: thread('modelcontextprotocol/inspector', 571),
    find: anyOf(
      noted('client_origin_refused'),
      refused(
        (exchange) =>
          exchange.step === 'token' &&
          /^origin .* not allowed/.test(oauthErrorOf(exchange)?.description ?? '') && {
            values: { got: origin(exchange.request.headers) ?? '' },
          },
      ),
    ),
  },
  {
    id: 'cors_missing',
    title: 'The preflight allows the page nothing (CORS)',
    says: () =>
      'The browser asked whether the page may send its request, and the answer did not allow its origin. The request itself was never sent.',
    fix: () =>
      'On the server, answer OPTIONS with Access-Control-Allow-Origin and with the headers that MCP clients send, at the metadata, registration, token and MCP endpoints alike.',
    source: fetchStandard,
    find(story) {
      const last = story.exchanges.at(-1)
      if (!last || !isPreflight(last) || story.status === 'completed') return undefined
      return header(last.response?.headers, 'access-control-allow-origin') ? undefined : at(last)
    },
  },
  {
    id: 'host_refused',
    title: 'The server is not addressed by its own host name',
    says: (evidence) =>
      `The request names the host ${value(evidence, 'got') ?? 'of somebody else'}, which this server does not serve. It refuses such requests because an attacker’s name may point to this machine.`,
    fix: () =>
      'In the client, use the URL that the server prints. Whoever runs a tunnel or proxy in front sets ISSUER_URL and MCP_URL to the public address.',
    source: mcp('transports#security-warning'),
    find: anyOf(
      noted('host_refused'),
      refused(
        ({ request, response }) =>
          response?.status === 421 && { values: { got: header(request.headers, 'host') ?? '' } },
      ),
    ),
  },
  {
    id: 'rate_limited',
    title: 'Too many requests',
    says: (evidence) =>
      `The server put the client off for a while${after(value(evidence, 'retry_after'))}. It counts failed attempts and calls, each by themselves.`,
    fix: () =>
      'In the client, wait as long as Retry-After says before the next attempt, and find out what made it repeat.',
    source: rfc(6585, '4'),
    find: refused(
      ({ response, step }) =>
        response?.status === 429 &&
        step !== 'sign_in' && {
          values: { retry_after: header(response.headers, 'retry-after') ?? '' },
        },
    ),
  },
  {
    id: 'body_too_large',
    title: 'The request is too large',
    says: () => 'The body is larger than the server reads, so it answered 413 and read no further.',
    fix: () =>
      'In the client, send less at a time: an import in several parts, metadata without embedded images.',
    source: rfc(9110, '15.5.14'),
    find: refused(({ response }) => response?.status === 413),
  },
  {
    id: 'content_type_wrong',
    title: 'Content-Type is not application/json',
    says: (evidence) =>
      `The client posted a message as ${value(evidence, 'got') ?? 'something else'}. MCP messages are JSON and have to say so.`,
    fix: () => 'In the client, send Content-Type: application/json with every POST to the MCP URL.',
    source: mcp('transports#sending-messages-to-the-server'),
    find: refused(
      ({ request, response }) =>
        response?.status === 415 && {
          compare: {
            got: header(request.headers, 'content-type') ?? 'no Content-Type',
            expected: 'application/json',
          },
        },
    ),
  },
  {
    id: 'accept_wrong',
    title: 'Accept leaves out what the server answers with',
    says: (evidence) =>
      `The client accepts ${value(evidence, 'got') ?? 'other types'}. An MCP client has to accept both JSON and event streams, because the server chooses.`,
    fix: () => 'In the client, send Accept: application/json, text/event-stream.',
    source: mcp('transports#sending-messages-to-the-server'),
    find: refused(
      ({ request, response }) =>
        response?.status === 406 && {
          compare: {
            got: header(request.headers, 'accept') ?? 'no Accept',
            expected: 'application/json, text/event-stream',
          },
        },
    ),
  },
  {
    id: 'body_not_json',
    title: 'The message is not JSON',
    says: () => 'The body of the message can’t be read as JSON, so the server answered 400.',
    fix: () =>
      'In the client, send exactly one JSON-RPC message in UTF-8, and look for a proxy that cuts or rewrites bodies.',
    source: mcp('transports#sending-messages-to-the-server'),
    find: refused((exchange, story) => rpcErrorCode(exchange, story) === -32_700),
  },
  {
    id: 'method_not_allowed',
    title: 'The endpoint does not take this HTTP method',
    says: (evidence) =>
      `The client used ${value(evidence, 'got') ?? 'a method'} where the server takes ${value(evidence, 'expected') ?? 'others'}.`,
    fix: () =>
      'In the client, use one of the methods in the Allow header; OAuth endpoints take POST with a form, MCP messages POST with JSON.',
    source: rfc(9110, '15.5.6'),
    find: refused(
      ({ request, response }) =>
        response?.status === 405 && {
          compare: {
            got: request.method,
            expected: header(response.headers, 'allow') ?? 'another method',
          },
        },
    ),
  },
]

const after = (seconds: string | undefined) => (seconds ? ` of ${seconds} seconds` : '')

/** What is left when no better cause is found, from the one that says most. */
export const remainingCauses: readonly Cause[] = [
  {
    id: 'page_instead_of_json',
    title: 'The answer is a web page instead of JSON',
    says: (evidence) =>
      `A program asked, and got an HTML page with status ${value(evidence, 'got') ?? 'of an error'}. Clients report that as a parse error, or as nothing at all.`,
    fix: () =>
      'On the server, answer JSON errors at every endpoint that programs call, and look for a proxy or framework in front that answers with its own pages.',
    source: thread('anthropics/claude-ai-mcp', 134),
    find: refused(
      ({ response, step }) =>
        (step === 'register' || step === 'token' || step === 'connect' || step === 'tool_call') &&
        header(response?.headers, 'content-type')?.startsWith('text/html') === true && {
          values: { got: String(response?.status) },
        },
    ),
  },
  {
    id: 'server_failed',
    title: 'The server failed',
    says: (evidence) =>
      `The server answered ${value(evidence, 'got') ?? '500'}. That is its own fault, and neither the client’s nor the person’s.`,
    fix: () =>
      'On the server, look for the correlation ID in the log. In the client, try again later with the same request.',
    source: rfc(9110, '15.6.1'),
    find: anyOf(
      refused(
        ({ response }) =>
          (response?.status ?? 0) >= 500 && { values: { got: String(response?.status) } },
      ),
      refused((exchange) => oauthErrorOf(exchange)?.error === 'server_error'),
    ),
  },
  {
    id: 'no_answer',
    title: 'The connection ended without an answer',
    says: () =>
      'The request was sent and nothing came back: the connection was cut, or nobody listens there.',
    fix: () =>
      'Whoever runs the server checks that it is up and reachable from where the client runs. Hosted clients reach public https addresses on port 443 only.',
    source: thread('anthropics/claude-ai-mcp', 85),
    find(story) {
      const last = story.exchanges.at(-1)
      return last && !last.response && story.status !== 'completed' ? at(last) : undefined
    },
  },
  {
    id: 'request_refused',
    title: 'The request was refused',
    says: (evidence) =>
      `The server refused a request with ${value(evidence, 'got') ?? 'an error'}${sentence(value(evidence, 'description'))}`,
    fix: () =>
      'In the client, compare the request with what the server’s metadata offers. Whoever runs the server finds the rule under the correlation ID.',
    source: rfc(6749, '5.2'),
    find(story) {
      const last = standingRefusals(story).at(-1)
      if (!last) return undefined
      const error = oauthErrorOf(last)
      return at(last, {
        values: {
          got: error?.error ?? String(last.response?.status),
          ...(error?.description && { description: error.description }),
        },
      })
    },
  },
]

const sentence = (description: string | undefined) => (description ? `: ${description}` : '.')
