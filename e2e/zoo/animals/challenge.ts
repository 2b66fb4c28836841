import { claudeAuthentication, rfc, thread } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { at, changed, headers, html, instead, json, signed, unsigned } from '../distortions.ts'
import { mcp } from '../sources.ts'

const rpcError = (code: number, message: string) => ({
  jsonrpc: '2.0',
  id: null,
  error: { code, message },
})

const initialized = {
  jsonrpc: '2.0',
  id: 1,
  result: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'trusting', version: '1.0.0' },
  },
}

/** Servers that do not ask for a token as a client can understand it. */
export const unclear: readonly Animal[] = [
  {
    id: 'forbidden-instead-of-unauthorized',
    title: 'A request without a token is answered 403',
    source: claudeAuthentication,
    defect: { distortion: instead(unsigned, json(403, { detail: 'Not authenticated' })) },
    named: 'status_not_401',
  },
  {
    id: 'login-redirect',
    title: 'A request without a token is redirected to a login page',
    source: mcp('2025-11-25', 'basic/authorization#token-requirements'),
    defect: {
      distortion: instead(unsigned, { status: 302, headers: { location: '/login' }, body: '' }),
    },
    named: 'redirects_to_login_page',
  },
  {
    id: 'error-in-a-good-answer',
    title: 'A request without a token is answered 200 with an error in the body',
    source: claudeAuthentication,
    defect: { distortion: instead(unsigned, json(200, rpcError(-32001, 'Unauthorized'))) },
    named: 'status_not_401',
  },
  {
    id: 'login-wall',
    title: 'A login page stands in front of the MCP endpoint',
    source: thread('anthropics/claude-ai-mcp', 134),
    defect: { distortion: instead(unsigned, html(200, 'Sign in to continue')) },
    named: 'page_instead_of_mcp',
  },
  {
    id: 'message-judged-before-token',
    title: 'Without a token the answer is 400: the message is judged before the caller',
    source: mcp('2025-11-25', 'basic/authorization#token-requirements'),
    defect: {
      distortion: instead(
        unsigned,
        json(400, rpcError(-32000, 'Bad Request: Unsupported protocol version')),
      ),
    },
    named: 'mcp_not_spoken',
  },
  {
    id: 'crash-without-token',
    title: 'Without a token the server fails with 500',
    source: thread('anthropics/claude-ai-mcp', 134),
    defect: { fault: { where: { endpoint: 'mcp', step: 'discovery' }, what: { html: true } } },
    named: 'server_fails',
  },
  {
    id: 'challenge-for-basic',
    title: 'The challenge asks for a user name and password',
    source: rfc(6750, '3'),
    defect: { distortion: headers(unsigned, { 'www-authenticate': 'Basic realm="Restricted"' }) },
    named: 'challenge_not_bearer',
  },
  {
    id: 'no-challenge-no-metadata',
    title: 'The 401 says nothing, and no well-known document does',
    source: rfc(9110, '15.5.2'),
    defect: {
      distortion: async (passing, pass) => {
        const { pathname } = passing.url
        if (passing.server === 'resource-server' && pathname.startsWith('/.well-known/')) {
          return json(404, { error: 'not_found' })
        }
        const { headers: all, ...reply } = await pass()
        const { 'www-authenticate': _, ...kept } = all
        return { ...reply, headers: at('mcp')(passing) ? kept : all }
      },
    },
    named: 'challenge_missing',
  },
  {
    id: 'challenge-names-inner-host',
    title: 'resource_metadata of the challenge is an address inside the cluster',
    source: thread('dremio/dremio-mcp', 102),
    defect: {
      distortion: changed(unsigned, (reply) => ({
        ...reply,
        headers: {
          ...reply.headers,
          'www-authenticate':
            'Bearer resource_metadata="http://mcp.invalid:8080/.well-known/oauth-protected-resource/mcp"',
        },
      })),
    },
    named: 'resource_metadata_fails',
  },
  {
    id: 'challenge-names-relative-url',
    title: 'resource_metadata of the challenge is a path',
    source: rfc(9728, '5.1'),
    defect: {
      distortion: headers(unsigned, {
        'www-authenticate': 'Bearer resource_metadata="/.well-known/oauth-protected-resource/mcp"',
      }),
    },
    named: 'challenge_metadata_not_absolute',
  },
  {
    id: 'challenge-renamed',
    title: 'A gateway renames WWW-Authenticate',
    source: thread('anthropics/claude-ai-mcp', 748),
    defect: {
      distortion: changed(unsigned, (reply) => {
        const { 'www-authenticate': challenge = '', ...kept } = reply.headers
        return { ...reply, headers: { ...kept, 'x-amzn-remapped-www-authenticate': challenge } }
      }),
    },
    named: 'challenge_renamed',
  },
  {
    id: 'challenge-unreadable',
    title: 'The quotes of the challenge are not closed',
    source: rfc(9110, '11.6.1'),
    defect: {
      distortion: headers(unsigned, { 'www-authenticate': 'Bearer resource_metadata="https://' }),
    },
    named: 'challenge_malformed',
  },
  {
    id: 'stream-without-token',
    title: 'GET opens an event stream for anybody',
    source: mcp('2025-11-25', 'basic/authorization#token-requirements'),
    defect: {
      distortion: instead((passing) => unsigned(passing) && passing.method === 'GET', {
        status: 200,
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
        body: ': here you are\n\n',
      }),
    },
    named: 'stream_open_without_token',
  },
  {
    id: 'any-token-accepted',
    title: 'Any token opens the door',
    source: mcp('2025-11-25', 'basic/authorization#token-handling'),
    defect: { distortion: instead(signed, json(200, initialized)) },
    named: 'any_token_accepted',
  },
  {
    id: 'bad-token-forbidden',
    title: 'A dead token is answered 403, so that nobody signs in again',
    source: rfc(6750, '3.1'),
    defect: {
      distortion: changed(signed, (reply) =>
        reply.status === 401 ? json(403, { error: 'forbidden' }) : reply,
      ),
    },
    named: 'unknown_token_not_401',
  },
]
