import { claudeAuthentication, rfc, thread } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { at, html, instead } from '../distortions.ts'
import { closedPort, httpsServer } from '../own-servers.ts'
import { mcp } from '../sources.ts'

/** Servers that a client does not get to speak with. */
export const unreachable: readonly Animal[] = [
  {
    id: 'nobody-listens',
    title: 'Nobody listens at the port',
    source: thread('anthropics/claude-ai-mcp', 85),
    defect: { server: closedPort },
    named: 'connection_refused',
  },
  {
    id: 'hangs',
    title: 'The MCP endpoint takes the request and never answers',
    source: claudeAuthentication,
    defect: { fault: { where: { endpoint: 'mcp' }, what: { hang: true } } },
    named: 'answer_timeout',
    timeoutMs: 1500,
  },
  {
    id: 'connection-reset',
    title: 'A firewall cuts every connection',
    source: rfc(9110, '9'),
    defect: { fault: { where: { endpoint: 'mcp' }, what: { drop_connection: true } } },
    named: 'no_answer',
  },
  {
    id: 'certificate-self-signed',
    title: 'The certificate is signed by nobody but itself',
    source: rfc(5280, '6.1'),
    defect: { server: () => httpsServer('self-signed') },
    named: 'certificate_self_signed',
  },
  {
    id: 'certificate-expired',
    title: 'The certificate has expired',
    source: rfc(5280, '4.1.2.5'),
    defect: { server: () => httpsServer('expired') },
    named: 'certificate_expired',
  },
  {
    id: 'certificate-other-name',
    title: 'The certificate is for another host',
    source: rfc(9110, '4.3.4'),
    defect: { server: () => httpsServer('other-name') },
    named: 'certificate_of_other_name',
  },
  {
    id: 'redirect-loop',
    title: 'The MCP endpoint redirects to itself',
    source: rfc(9110, '15.4'),
    defect: {
      distortion: instead(at('mcp'), ({ url }) => ({
        status: 307,
        headers: { location: `${url.pathname}` },
        body: '',
      })),
    },
    named: 'endpoint_redirects',
  },
  {
    id: 'redirect-to-plain-http',
    title: 'A framework redirects to the path with a slash, by the name it has inside',
    source: rfc(9110, '15.4'),
    defect: {
      distortion: instead(at('mcp'), {
        status: 307,
        headers: { location: 'http://app.invalid:8000/mcp/' },
        body: '',
      }),
    },
    named: 'endpoint_redirects',
  },
  {
    id: 'not-found',
    title: 'Nothing is at the path: the endpoint is elsewhere',
    source: mcp('2025-11-25', 'basic/transports#streamable-http'),
    defect: { distortion: instead(at('mcp'), html(404, 'Not Found')) },
    named: 'endpoint_not_found',
  },
  {
    id: 'bad-gateway',
    title: 'The proxy has no server behind it',
    source: thread('openai/tunnel-client', 32),
    defect: { distortion: instead(at('mcp'), html(502, 'Bad Gateway')) },
    named: 'server_fails',
  },
]
