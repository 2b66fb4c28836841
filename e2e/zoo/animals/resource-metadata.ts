import { claudeAuthentication, rfc, thread } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { at, changed, html, instead, json, members, unsigned } from '../distortions.ts'
import { mcp } from '../sources.ts'

const document = at('resource_metadata')

/** Servers whose protected-resource metadata leads nowhere, or elsewhere. */
export const misleading: readonly Animal[] = [
  {
    id: 'resource-of-another-host',
    title: 'The metadata is that of another server',
    source: thread('modelcontextprotocol/typescript-sdk', 2785),
    defect: { preset: 'resource-of-another' },
    named: 'resource_mismatch',
  },
  {
    id: 'resource-with-slash',
    title: 'The metadata names the resource with a slash more',
    source: thread('appwrite/mcp', 101),
    defect: { preset: 'resource-trailing-slash' },
    named: 'resource_trailing_slash',
  },
  {
    id: 'resource-without-path',
    title: 'The metadata names the origin, and the endpoint is at /mcp',
    source: claudeAuthentication,
    defect: {
      distortion: members(document, ({ resource }) => ({
        resource: new URL(String(resource)).origin,
      })),
    },
    named: 'resource_without_path',
  },
  {
    id: 'resource-of-inner-host',
    title: 'Behind a proxy the metadata names the address that the server has itself',
    source: thread('dremio/dremio-mcp', 102),
    defect: { distortion: members(document, () => ({ resource: 'http://0.0.0.0:8080/mcp' })) },
    named: 'resource_mismatch',
  },
  {
    id: 'resource-with-other-scheme',
    title: 'The metadata names the resource with another scheme than it has',
    source: thread('dremio/dremio-mcp', 102),
    defect: {
      distortion: members(document, ({ resource }) => ({
        resource: String(resource).replace('http:', 'https:'),
      })),
    },
    named: 'resource_scheme_mismatch',
  },
  {
    id: 'resource-missing',
    title: 'The metadata does not say of which resource it is',
    source: rfc(9728, '2'),
    defect: { distortion: members(document, () => ({ resource: undefined })) },
    named: 'resource_missing',
  },
  {
    id: 'resource-metadata-behind-sign-in',
    title: 'The metadata itself wants a token',
    source: rfc(9728, '3.1'),
    defect: {
      distortion: instead(
        document,
        json(401, { error: 'unauthorized' }, { 'www-authenticate': 'Bearer' }),
      ),
    },
    named: 'resource_metadata_guarded',
  },
  {
    id: 'challenge-names-what-is-not-there',
    title: 'The challenge names metadata that is not there, though others are',
    source: rfc(9728, '5.1'),
    defect: {
      distortion: changed(unsigned, (reply, { url }) => ({
        ...reply,
        headers: {
          ...reply.headers,
          'www-authenticate': `Bearer resource_metadata="${url.origin}/v1/.well-known/oauth-protected-resource"`,
        },
      })),
    },
    named: 'challenged_metadata_not_found',
  },
  {
    id: 'resource-metadata-outage',
    title: 'The tunnel answers for the metadata: 502',
    source: thread('openai/tunnel-client', 32),
    defect: { preset: 'metadata-outage' },
    named: 'resource_metadata_fails',
  },
  {
    id: 'resource-metadata-is-a-page',
    title: 'A single-page application answers for the metadata with its own page',
    source: thread('anthropics/claude-ai-mcp', 134),
    defect: { distortion: instead(document, html(200, 'My app')) },
    named: 'resource_metadata_is_page',
  },
  {
    id: 'resource-metadata-broken-json',
    title: 'The metadata is JSON that does not parse',
    source: thread('getsentry/junior', 838),
    defect: { fault: { where: { endpoint: 'resource_metadata' }, what: { malformed_json: true } } },
    named: 'resource_metadata_unreadable',
  },
  {
    id: 'resource-metadata-broken-gzip',
    title: 'A proxy says gzip, and the bytes are none',
    source: rfc(9110, '8.4'),
    defect: {
      fault: {
        where: { endpoint: 'resource_metadata' },
        what: { headers: { 'Content-Encoding': 'gzip' } },
      },
    },
    named: 'resource_metadata_fails',
  },
  {
    id: 'no-authorization-server',
    title: 'authorization_servers is empty',
    source: mcp('2025-11-25', 'basic/authorization#authorization-server-location'),
    defect: { distortion: members(document, () => ({ authorization_servers: [] })) },
    named: 'authorization_servers_missing',
  },
  {
    id: 'authorization-server-of-inner-host',
    title: 'The authorization server that is named can be reached from inside alone',
    source: thread('dremio/dremio-mcp', 102),
    defect: { preset: 'metadata-behind-proxy' },
    named: 'server_metadata_fails',
  },
]
