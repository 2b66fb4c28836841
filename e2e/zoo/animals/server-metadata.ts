import { rfc, thread } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { at, html, instead, json, members } from '../distortions.ts'
import type { Distortion, Passing } from '../gate.ts'
import { mcp } from '../sources.ts'

const documents = at(['authorization_server_metadata', 'openid_configuration'])
const set = (change: Parameters<typeof members>[1]): Distortion => members(documents, change)

/** The issuer has a path, and its document is where no rule looks for it. */
const appendedDocument: Distortion = async (passing, pass) => {
  const issuerOf = ({ url }: Passing) => `${url.origin}/tenant`
  if (passing.endpoint === 'resource_metadata') {
    const reply = await pass()
    const document = JSON.parse(reply.body)
    const authorization_servers = [`${document.authorization_servers[0]}/tenant`]
    return { ...reply, body: JSON.stringify({ ...document, authorization_servers }) }
  }
  if (passing.url.pathname === '/tenant/.well-known/oauth-authorization-server') {
    const url = new URL('/.well-known/oauth-authorization-server', passing.url)
    const reply = await pass({ url })
    return {
      ...reply,
      body: JSON.stringify({ ...JSON.parse(reply.body), issuer: issuerOf(passing) }),
    }
  }
  return documents(passing) ? json(404, { error: 'not_found' }) : pass()
}

/** Servers whose authorization server does not say, or says wrongly, where things are. */
export const lost: readonly Animal[] = [
  {
    id: 'server-metadata-not-there',
    title: 'The authorization server has no metadata in any of the three places',
    source: mcp('2025-11-25', 'basic/authorization#authorization-server-metadata-discovery'),
    defect: { distortion: instead(documents, json(404, { error: 'not_found' })) },
    named: 'server_metadata_missing',
  },
  {
    id: 'server-metadata-appended',
    title: 'The issuer has a path, and its metadata stands where OpenID Connect would append it',
    source: rfc(8414, '3.1'),
    defect: { distortion: appendedDocument },
    named: 'server_metadata_misplaced',
  },
  {
    id: 'server-metadata-is-a-page',
    title: 'A single-page application answers for the metadata with its own page',
    source: thread('anthropics/claude-ai-mcp', 134),
    defect: { distortion: instead(documents, html(200, 'My app')) },
    named: 'server_metadata_is_page',
  },
  {
    id: 'server-metadata-fails',
    title: 'The metadata fails with 500',
    source: rfc(8414, '3'),
    defect: { distortion: instead(documents, json(500, { error: 'server_error' })) },
    named: 'server_metadata_fails',
  },
  {
    id: 'server-metadata-broken-json',
    title: 'The metadata is JSON that does not parse',
    source: thread('getsentry/junior', 838),
    defect: {
      fault: {
        where: { endpoint: ['authorization_server_metadata', 'openid_configuration'] },
        what: { malformed_json: true },
      },
    },
    named: 'server_metadata_unreadable',
  },
  {
    id: 'issuer-of-another-host',
    title: 'The metadata names another issuer than the address it is at',
    source: thread('openai/codex', 38944),
    defect: { preset: 'metadata-issuer-mismatch' },
    named: 'issuer_mismatch',
  },
  {
    id: 'issuer-with-slash',
    title: 'The issuer has a slash in its own metadata, and none in that of the resource',
    source: thread('koala73/worldmonitor', 2426),
    defect: { preset: 'metadata-issuer-spelling' },
    named: 'issuer_trailing_slash',
  },
  {
    id: 'token-endpoint-missing',
    title: 'The metadata names no token endpoint',
    source: rfc(8414, '2'),
    defect: { distortion: set(() => ({ token_endpoint: undefined })) },
    named: 'token_endpoint_missing',
  },
  {
    id: 'authorization-endpoint-missing',
    title: 'The metadata names no authorization endpoint',
    source: rfc(8414, '2'),
    defect: { distortion: set(() => ({ authorization_endpoint: undefined })) },
    named: 'authorization_endpoint_missing',
  },
  {
    id: 'endpoints-relative',
    title: 'The endpoints of the metadata are paths',
    source: rfc(8414, '2'),
    defect: {
      distortion: set(({ token_endpoint, authorization_endpoint }) => ({
        token_endpoint: new URL(String(token_endpoint)).pathname,
        authorization_endpoint: new URL(String(authorization_endpoint)).pathname,
      })),
    },
    named: 'endpoint_not_absolute',
  },
  {
    id: 'endpoints-of-inner-host',
    title: 'The token endpoint has the name that it has inside the cluster',
    source: thread('dremio/dremio-mcp', 102),
    defect: {
      distortion: set(() => ({ token_endpoint: 'http://auth.invalid:8080/oauth2/token' })),
    },
    named: 'endpoint_unreachable',
  },
  {
    id: 'pkce-not-announced',
    title: 'code_challenge_methods_supported is missing',
    source: thread('keycloak/keycloak', 48527),
    defect: { distortion: set(() => ({ code_challenge_methods_supported: undefined })) },
    named: 'pkce_not_announced',
  },
  {
    id: 'pkce-plain-only',
    title: 'PKCE is offered with plain alone',
    source: rfc(7636, '4.2'),
    defect: { distortion: set(() => ({ code_challenge_methods_supported: ['plain'] })) },
    named: 'pkce_without_s256',
  },
  {
    id: 'authorization-code-not-offered',
    title: 'The grant types leave out the authorization code',
    source: mcp('2025-11-25', 'basic/authorization#authorization-flow-steps'),
    defect: { distortion: set(() => ({ grant_types_supported: ['client_credentials'] })) },
    named: 'code_not_offered',
  },
]
