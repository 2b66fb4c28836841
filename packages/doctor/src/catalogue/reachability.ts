import type { FindingDefinition, Source } from '../finding.ts'
import { clientsThat } from './persona-groups.ts'
import { claudeAuthentication, mcp, mcpNewest, rfc, thread } from './sources.ts'

const area = 'reachability'
const cloudClients = clientsThat(({ runs }) => runs === 'cloud')

const nodeTls: Source = {
  title: 'Node.js, X509 certificate error codes',
  url: 'https://nodejs.org/api/tls.html#x509-certificate-error-codes',
}
const claudeChecklist = thread('anthropics/claude-ai-mcp', 134)
const streamableHttp = mcp('basic/transports#streamable-http', 'Transports')
const communication = mcp(
  'basic/authorization#communication-security',
  'Authorization, communication security',
)

const names = {
  url_invalid: {
    area,
    level: 'error',
    title: 'The MCP URL is none that clients can ask',
    why: 'Remote MCP servers are reached over HTTP. A client cannot make a request of anything else, and user and password in the URL are refused by the fetch of browsers and Node.js.',
    breaks: 'every client',
    fix: 'Enter the whole address of the MCP endpoint, such as https://mcp.example.com/mcp.',
    sources: [streamableHttp],
  },
  host_unknown: {
    area,
    level: 'error',
    title: 'The name of the host is not known to DNS',
    why: 'Without an address for the name no client can open a connection.',
    breaks: 'every client',
    fix: 'Check the spelling of {where}; then add an A, AAAA or CNAME record for the host, or wait until a new one is known everywhere.',
    sources: [rfc(9110, '4.3.3')],
  },
  connection_refused: {
    area,
    level: 'error',
    title: 'Nothing listens at that address and port',
    why: 'The host is there and refuses the connection: the server is down, listens on another port, or on 127.0.0.1 of another machine or container.',
    breaks: 'every client',
    fix: 'Start the server; see that it listens on the port of {where} and, in a container, on 0.0.0.0 rather than 127.0.0.1.',
    sources: [rfc(9110, '4.3.3'), thread('anthropics/claude-ai-mcp', 85)],
  },
  no_answer: {
    area,
    level: 'error',
    title: 'Nobody answers',
    why: 'A client gives up where a connection is refused, breaks, or brings no answer in time.',
    breaks: 'every client',
    fix: 'See that {where} answers from where the client runs: name, port, certificate, firewall, and that the process is up.',
    sources: [rfc(9110, '9')],
  },
  answer_timeout: {
    area,
    level: 'error',
    title: 'No answer came in time',
    why: 'The connection opens, or hangs in a firewall, and nothing comes back. Clients wait for about ten seconds.',
    breaks: 'every client',
    fix: 'See in the log of the server whether the request arrives. If not, a firewall or proxy drops it; if it does, the server waits for something before it answers: it should refuse a request without a token at once.',
    sources: [claudeAuthentication],
  },
  answer_slow: {
    area,
    level: 'warning',
    title: 'The first answer is slow',
    why: 'Claude waits ten seconds for an answer during discovery. A server that starts up on the first request is near that limit, and over it on a bad day.',
    breaks: ['claude'],
    fix: 'Keep an instance warm (minimum instances of one), and do not load anything for a request without a token.',
    sources: [claudeAuthentication],
  },
} as const satisfies Record<string, FindingDefinition>

const tls = {
  certificate_expired: {
    area,
    level: 'error',
    title: 'The certificate is not valid at this time',
    why: 'It has expired, or is not valid yet. Every client breaks off before it sends a request.',
    breaks: 'every client',
    fix: 'Renew the certificate of {where}, have the server or proxy load the new one, and automate the renewal.',
    sources: [rfc(5280, '4.1.2.5'), nodeTls],
  },
  certificate_self_signed: {
    area,
    level: 'error',
    title: 'The certificate is signed by nobody who is trusted',
    why: 'It is self-signed, or from an authority of your own. Clients in the cloud trust public authorities only; those on a computer trust yours only where it was installed for them.',
    breaks: 'every client',
    fix: 'Use a certificate of a public authority (such as Let’s Encrypt), or a tunnel that brings one. For one computer: NODE_EXTRA_CA_CERTS with the authority’s certificate.',
    sources: [rfc(5280, '6.1'), nodeTls],
  },
  certificate_of_other_name: {
    area,
    level: 'error',
    title: 'The certificate is for another name',
    why: 'The name in the URL is not among those of the certificate. Clients cannot know that they talk to the right server, and break off.',
    breaks: 'every client',
    fix: 'Enter the URL with a name that the certificate has, or issue one whose subjectAltName has the host of {where}.',
    sources: [rfc(9110, '4.3.4'), nodeTls],
  },
  certificate_chain_incomplete: {
    area,
    level: 'error',
    title: 'The certificate comes without its intermediate certificates',
    why: 'The server sends its own certificate alone. Browsers fetch the missing ones, so the page looks fine there; MCP clients do not, and break off.',
    breaks: 'every client',
    fix: 'Serve the full chain: fullchain.pem rather than cert.pem (nginx ssl_certificate).',
    sources: [rfc(8446, '4.4.2'), nodeTls],
  },
  tls_failed: {
    area,
    level: 'error',
    title: 'TLS cannot be agreed on',
    why: 'What listens there does not speak TLS, or none that clients speak. Often it is a plain http server behind an https URL.',
    breaks: 'every client',
    fix: 'See that the port of {where} is the one of TLS, and that TLS 1.2 or 1.3 is on.',
    sources: [rfc(9110, '4.3.4')],
  },
  plain_http: {
    area,
    level: 'error',
    title: 'The MCP URL is http, in public',
    why: 'Tokens would travel readable. The authorization of MCP takes https, and clients in the cloud refuse http outright.',
    breaks: cloudClients,
    fix: 'Serve {where} over https and give people that URL; http is for this machine alone.',
    sources: [communication, thread('vercel/mcp-handler', 41)],
  },
  address_not_public: {
    area,
    level: 'note',
    title: 'The address is of this machine or a private network',
    why: 'Clients that run in the cloud of their makers cannot reach it; those on this computer or network can.',
    breaks: cloudClients,
    fix: 'For clients in the cloud, publish the server under an https URL: deploy it, or open a tunnel (cloudflared, ngrok) and set its public URLs in its configuration.',
    sources: [thread('anthropics/claude-ai-mcp', 85)],
  },
} as const satisfies Record<string, FindingDefinition>

const answers = {
  endpoint_redirects: {
    area,
    level: 'error',
    title: 'The MCP URL redirects',
    why: 'Clients drop the Authorization header on the way to another origin, 301 to 303 turn POST into GET, and some follow no redirect at all. What works without a token then fails after the sign-in.',
    breaks: ['claude', 'claude-code'],
    fix: 'Serve MCP at the URL that people enter, with and without a trailing slash; until then enter {expected}.',
    sources: [
      rfc(9110, '15.4'),
      thread('zoho/analytics-mcp-server', 22),
      thread('BerriAI/litellm', 23688),
    ],
  },
  redirects_to_login_page: {
    area,
    level: 'error',
    title: 'The MCP URL redirects to a page for people',
    why: 'A gateway or the web application sends requests without a session to its sign-in page. An MCP client cannot fill that in; it waits for HTTP 401.',
    breaks: 'every client',
    fix: 'Take the path of {where} out of the session sign-in of the gateway or framework, so that the MCP server itself answers 401.',
    sources: [
      mcp('basic/authorization#token-handling', 'Authorization, token handling'),
      thread('agencyenterprise/draft-detective', 774),
    ],
  },
  page_instead_of_mcp: {
    area,
    level: 'error',
    title: 'A web page answers in place of the MCP server',
    why: 'The endpoint answers MCP messages with HTML: a login wall, the pages of a web application that catch every path, or an error page of a proxy.',
    breaks: 'every client',
    fix: 'Route {where} to the MCP server before the catch-all of the web application, and take it out of any login wall.',
    sources: [claudeChecklist, streamableHttp],
  },
  tunnel_interstitial: {
    area,
    level: 'error',
    title: 'The tunnel answers with a page of its own',
    why: 'The tunnel shows a warning or an error page in place of the server. MCP clients cannot click it away.',
    breaks: 'every client',
    fix: 'See that the local server is up and the tunnel leads to its port; where it is the warning page of a free plan, use a tunnel without one (a paid plan, cloudflared).',
    sources: [
      { title: 'ngrok, error reference', url: 'https://ngrok.com/docs/errors/reference/' },
      claudeChecklist,
    ],
  },
  bot_protection: {
    area,
    level: 'error',
    title: 'Bot protection stops the request',
    why: 'The CDN asks whether the caller is a person. MCP clients are programs, and do not get through.',
    breaks: 'every client',
    fix: 'In the CDN, add a rule that skips bot protection and challenges for the MCP endpoint, the well-known paths and the OAuth endpoints.',
    sources: [
      {
        title: 'Cloudflare, detecting a challenge page response',
        url: 'https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/',
      },
    ],
  },
  endpoint_not_found: {
    area,
    level: 'error',
    title: 'There is no MCP endpoint at that path',
    why: 'The host answers 404. Clients do not look elsewhere on it.',
    breaks: 'every client',
    fix: 'Enter the URL of the endpoint, path included ({expected}), or serve MCP at {where}.',
    sources: [streamableHttp],
  },
  post_not_allowed: {
    area,
    level: 'error',
    title: 'The endpoint takes neither POST nor opens a stream',
    why: 'Streamable HTTP sends every message by POST; the older transport opens an event stream by GET. This URL refuses both.',
    breaks: 'every client',
    fix: 'Let POST through to the MCP server at {where} (route, proxy, CDN), or enter the URL of the MCP endpoint ({expected}).',
    sources: [
      mcp('basic/transports#sending-messages-to-the-server', 'Transports'),
      mcpNewest('basic/transports/streamable-http', 'Streamable HTTP'),
    ],
  },
  server_fails: {
    area,
    level: 'error',
    title: 'The server fails',
    why: 'It answers the first message of a client with a server error. 502 to 504 come from a proxy that does not reach the server behind it.',
    breaks: 'every client',
    fix: 'Read the log of the server (500, 501) or of the proxy (502, 503, 504) for the time of the exchange below.',
    sources: [rfc(9110, '15.6')],
  },
  too_many_requests: {
    area,
    level: 'error',
    title: 'The server turns requests away as too many',
    why: 'The first request of a client is refused with 429. Cloud clients share few addresses, so a limit by address counts all their people as one.',
    breaks: cloudClients,
    fix: 'Wait as Retry-After says and examine again. On the server, limit by token or client in place of the address alone.',
    sources: [rfc(6585, '4')],
  },
  host_refused: {
    area,
    level: 'error',
    title: 'The server does not accept the name it is called by',
    why: 'Its protection against DNS rebinding knows other host names only, and refuses every client that comes by this one: common behind a tunnel or proxy.',
    breaks: 'every client',
    fix: 'Add {expected} to the allowed hosts of the server (allowedHosts, allowed_hosts), or have the proxy send the name that the server knows.',
    sources: [
      mcp('basic/transports#security-warning', 'Transports, security'),
      thread('modelcontextprotocol/python-sdk', 1798),
    ],
  },
} as const satisfies Record<string, FindingDefinition>

export const reachabilityFindings = { ...names, ...tls, ...answers }
