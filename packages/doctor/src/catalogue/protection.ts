import type { FindingDefinition } from '../finding.ts'
import { pageClients } from './persona-groups.ts'
import { mcp } from './sources.ts'

const security = mcp('basic/transports#security-warning', 'Transports, security')
const cors = {
  title: 'Fetch, CORS protocol',
  url: 'https://fetch.spec.whatwg.org/#http-cors-protocol',
}

const area = 'protection'

export const protectionFindings = {
  foreign_origin_accepted: {
    area,
    level: 'warning',
    title: 'Requests of any web page are taken',
    why: 'A page that somebody visits can send requests to a server on their computer or in their network. Origin tells where a page is from, and MCP servers must look at it: this one answers a page of evil.example as it answers everybody.',
    breaks: [],
    fix: 'Answer 403 to requests whose Origin is present and not one of yours; requests without Origin come from no browser and stay as they are.',
    sources: [security],
  },
  open_to_every_page: {
    area,
    level: 'warning',
    title: 'Every web page may call the tools on this computer',
    why: 'The server asks for no token, takes requests of any origin, and lets the page read the answers (CORS). Any page that somebody visits can use its tools.',
    breaks: [],
    fix: 'Refuse foreign origins with 403, and send Access-Control-Allow-Origin to pages that you know only, such as http://localhost:6274; it sends {got}.',
    sources: [security, cors],
  },
  null_origin_accepted: {
    area,
    level: 'warning',
    title: 'Requests with Origin: null are taken',
    why: 'Sandboxed frames and local files of anybody send Origin: null. A server that refuses foreign pages has to refuse it too.',
    breaks: [],
    fix: 'Take null off the list of allowed origins: answer 403.',
    sources: [security],
  },
  foreign_host_accepted: {
    area,
    level: 'warning',
    title: 'Requests for another host are taken',
    why: 'By DNS rebinding a page of evil.example reaches a server on this computer as if it were its own: same origin, no CORS, and the Host header alone tells. This server answers Host: evil.example as its own name.',
    breaks: [],
    fix: 'Compare Host with the names and ports that are served (localhost, 127.0.0.1, [::1]), and answer 403 or 421 to others; in the TypeScript SDK hostHeaderValidation or createMcpExpressApp.',
    sources: [security],
  },
  page_origin_refused: {
    area,
    level: 'warning',
    title: 'Pages on the person’s own computer are refused',
    why: 'The MCP Inspector and other clients in a page send their Origin, http://localhost with a port. The server answers them 403, so that they cannot connect; clients outside of a browser can.',
    breaks: pageClients,
    fix: 'Allow the origins of pages that are to connect, such as {where}, or tell people to use the Inspector through its proxy.',
    sources: [security, cors],
  },
  origin_breaks_server: {
    area,
    level: 'warning',
    title: 'A request with an Origin breaks the server',
    why: 'The server fails when a browser sends Origin, mostly because a CORS library throws on origins that are not listed. Pages that are allowed see the same failure when something is wrong with the list.',
    breaks: pageClients,
    fix: 'Refuse an origin that is not allowed with 403 in place of an exception; it answered {got}.',
    sources: [security, cors],
  },
} as const satisfies Record<string, FindingDefinition>
