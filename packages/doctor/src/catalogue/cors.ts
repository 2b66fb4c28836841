import type { FindingDefinition, Source } from '../finding.ts'
import { corsElsewhereFindings } from './cors-elsewhere.ts'
import { pageClients } from './persona-groups.ts'
import { mcp, mcpNewest, thread } from './sources.ts'

const protocol: Source = {
  title: 'Fetch, CORS protocol',
  url: 'https://fetch.spec.whatwg.org/#http-cors-protocol',
}
const preflight: Source = {
  title: 'Fetch, CORS preflight',
  url: 'https://fetch.spec.whatwg.org/#cors-preflight-fetch',
}
const inspector = thread('modelcontextprotocol/inspector', 571)
const headers2026 = thread('open-metadata/OpenMetadata', 30673)

const area = 'cors'
const breaks = pageClients

/** What keeps web pages from the MCP endpoint. */
export const corsFindings = {
  cors_absent: {
    area,
    level: 'warning',
    title: 'No web page can use the server',
    why: 'The MCP endpoint sends no Access-Control-* header at all. Clients in a page (the MCP Inspector without its proxy, mcp-use) see “Failed to fetch” and nothing else; all others connect.',
    breaks,
    fix: 'Where pages are to connect: answer OPTIONS with 204 and without a token, and send Access-Control-Allow-Origin (the page’s origin), -Allow-Methods, -Allow-Headers and -Expose-Headers at {where}, on the 401 as well. Else nothing has to be done.',
    sources: [protocol, inspector],
  },
  preflight_asks_for_token: {
    area,
    level: 'error',
    title: 'The preflight is asked for a token',
    why: 'Before each request a browser asks with OPTIONS whether the page may send it, and never sends a token with that. Answered 401, the real request is never made, whoever signed in.',
    breaks,
    fix: 'Answer OPTIONS before the token is checked: 204 with the Access-Control-* headers. In Express, app.use(cors(…)) comes before the authentication.',
    sources: [preflight, inspector],
  },
  preflight_refused: {
    area,
    level: 'error',
    title: 'The preflight is refused',
    why: 'A browser sends the real request only after a 2xx to its OPTIONS. The server allows pages to read its answers, and refuses OPTIONS.',
    breaks,
    fix: 'Answer OPTIONS at {where} with 204 and the Access-Control-* headers, without a redirect; got {got}.',
    sources: [preflight, inspector],
  },
  preflight_without_origin: {
    area,
    level: 'error',
    title: 'The preflight does not allow the origin',
    why: 'The answer to OPTIONS lacks Access-Control-Allow-Origin, which the other answers have: the browser stops before the real request.',
    breaks,
    fix: 'Send Access-Control-Allow-Origin with the answer to OPTIONS at {where} too.',
    sources: [preflight, inspector],
  },
  answer_without_origin: {
    area,
    level: 'error',
    title: 'The answer does not allow the origin',
    why: 'The server sends other Access-Control-* headers, and no Access-Control-Allow-Origin with its answer: the page never sees it. On a 401 that is the end, as the page cannot learn where to sign in.',
    breaks,
    fix: 'Send Access-Control-Allow-Origin with every answer of {where}, errors included: let the middleware that sets it run first.',
    sources: [protocol, inspector],
  },
  allow_origin_malformed: {
    area,
    level: 'error',
    title: 'Access-Control-Allow-Origin is not one origin',
    why: 'A browser takes * or exactly the page’s origin. Two values, such as when both a proxy and the server add the header, a list, or an origin with a slash are refused.',
    breaks,
    fix: 'Set the header in one place, to * or to the one origin that asked; got {got}.',
    sources: [protocol],
  },
  origin_not_allowed: {
    area,
    level: 'warning',
    title: 'Only pages of other origins are allowed',
    why: 'The endpoint allows an origin, and not that of the MCP Inspector and of pages on the person’s own computer.',
    breaks,
    fix: 'Where these pages are to connect, answer Access-Control-Allow-Origin with the origin that asks when it is on your list, and add {expected} to it; got {got}.',
    sources: [protocol],
  },
  mcp_headers_not_allowed: {
    area,
    level: 'error',
    title: 'The preflight does not allow the headers of MCP clients',
    why: 'A page may send only headers that Access-Control-Allow-Headers names; * does not cover Authorization. Where one is missing the browser stops the request.',
    breaks,
    fix: 'Add to Access-Control-Allow-Headers of {where}: {expected}.',
    sources: [
      preflight,
      mcp('basic/transports#protocol-version-header', 'Transports, version header'),
      headers2026,
    ],
  },
  modern_headers_not_allowed: {
    area,
    level: 'warning',
    title: 'The preflight does not allow the headers of MCP 2026-07-28',
    why: 'Every request of 2026-07-28 carries Mcp-Method, and many Mcp-Name. Pages that speak it are stopped by the browser, or fall back to an older revision.',
    breaks: [],
    fix: 'Add to Access-Control-Allow-Headers of {where}: {expected}, and Mcp-Param-* headers that are asked for.',
    sources: [mcpNewest('basic/transports/streamable-http', 'Streamable HTTP'), headers2026],
  },
  resumption_header_not_allowed: {
    area,
    level: 'note',
    title: 'Pages cannot resume a stream',
    why: 'A stream that broke is resumed with Last-Event-ID, which the preflight does not allow: what was sent in between is lost to pages.',
    breaks: [],
    fix: 'Add Last-Event-ID to Access-Control-Allow-Headers of {where}.',
    sources: [mcp('basic/transports#resumability-and-redelivery', 'Transports, resumability')],
  },
  delete_not_allowed: {
    area,
    level: 'note',
    title: 'Pages cannot end their session',
    why: 'Access-Control-Allow-Methods lacks DELETE, by which a client ends its session: sessions of pages stay until the server forgets them.',
    breaks: [],
    fix: 'Add DELETE to Access-Control-Allow-Methods of {where}; it has {got}.',
    sources: [mcp('basic/transports#session-management', 'Transports, sessions')],
  },
  challenge_not_exposed: {
    area,
    level: 'warning',
    title: 'Pages cannot read the challenge',
    why: 'A page sees WWW-Authenticate only where Access-Control-Expose-Headers names it. Without it the page learns neither where the metadata is nor which scopes are wanted, and has to guess at the well-known places.',
    breaks,
    fix: 'Send Access-Control-Expose-Headers: WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version with every answer of {where}; got {got}.',
    sources: [protocol, mcp('basic/authorization', 'Authorization')],
  },
  session_id_not_exposed: {
    area,
    level: 'warning',
    title: 'Pages cannot read Mcp-Session-Id',
    why: 'The session id comes in a header that a page sees only where Access-Control-Expose-Headers names it. Without it the page sends its next messages outside of the session, and they are refused.',
    breaks,
    fix: 'Add Mcp-Session-Id to Access-Control-Expose-Headers of {where}; got {got}.',
    sources: [protocol, mcp('basic/transports#session-management', 'Transports, sessions')],
  },
  credentials_allowed: {
    area,
    level: 'note',
    title: 'Pages are allowed to send cookies',
    why: 'MCP needs no cookies: the token is in a header. Access-Control-Allow-Credentials with * is ignored by browsers; with the origin of every page that asks it lets any page act with the person’s cookies.',
    breaks: [],
    fix: 'Take Access-Control-Allow-Credentials away at {where}.',
    sources: [protocol],
  },
  ...corsElsewhereFindings,
} as const satisfies Record<string, FindingDefinition>
