import { thread } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { at, changed, headers, instead, json } from '../distortions.ts'
import { fetchCors, mcp } from '../sources.ts'

const noOrigin = { 'access-control-allow-origin': null }
const preflightRefused = json(401, { error: 'unauthorized' })

/** Servers that a client in a browser cannot use. */
export const closedToPages: readonly Animal[] = [
  {
    id: 'preflight-wants-token',
    title: 'The preflight of the MCP endpoint is answered 401',
    source: fetchCors,
    defect: { distortion: instead(at('mcp', 'OPTIONS'), preflightRefused) },
    named: 'preflight_asks_for_token',
  },
  {
    id: 'cors-not-on-challenge',
    title: 'The 401 has no CORS headers, so a page never sees the challenge',
    source: thread('modelcontextprotocol/inspector', 571),
    defect: { distortion: headers(at('mcp'), noOrigin) },
    named: 'answer_without_origin',
  },
  {
    id: 'cors-twice',
    title: 'A proxy adds Access-Control-Allow-Origin to what the server sends already',
    source: fetchCors,
    defect: {
      distortion: changed(at('mcp'), (reply) => ({
        ...reply,
        headers: { ...reply.headers, 'access-control-allow-origin': '*, *' },
      })),
    },
    named: 'allow_origin_malformed',
  },
  {
    id: 'cors-not-on-resource-metadata',
    title: 'The resource’s metadata has no CORS headers',
    source: thread('quarkiverse/quarkus-oidc-proxy', 123),
    defect: { distortion: headers(at('resource_metadata'), noOrigin) },
    named: 'metadata_without_cors',
  },
  {
    id: 'cors-not-on-server-metadata',
    title: 'The authorization server’s metadata has no CORS headers',
    source: thread('quarkiverse/quarkus-oidc-proxy', 123),
    defect: {
      distortion: headers(at(['authorization_server_metadata', 'openid_configuration']), noOrigin),
    },
    named: 'metadata_without_cors',
  },
  {
    id: 'registration-preflight-refused',
    title: 'The preflight of the registration endpoint is answered 404',
    source: thread('modelcontextprotocol/inspector', 571),
    defect: {
      distortion: instead(
        at('register', 'OPTIONS'),
        json(404, { error: 'not_found' }, { 'access-control-allow-origin': [] }),
      ),
    },
    named: 'registration_preflight_refused',
  },
  {
    id: 'cors-not-on-token-endpoint',
    title: 'The token endpoint has no CORS headers',
    source: thread('modelcontextprotocol/inspector', 571),
    defect: {
      distortion: headers(
        (passing) => at('token')(passing) || at('token', 'OPTIONS')(passing),
        noOrigin,
      ),
    },
    named: 'token_without_cors',
  },
  {
    id: 'mcp-headers-not-allowed',
    title: 'Preflights allow Authorization and Content-Type, and none of MCP’s headers',
    source: thread('open-metadata/OpenMetadata', 30673),
    defect: { preset: 'cors-without-mcp-headers' },
    named: 'mcp_headers_not_allowed',
  },
  {
    id: 'discover-crashes',
    title: 'A message of a newer revision fails with 500',
    source: mcp('2026-07-28', 'basic/versioning'),
    defect: {
      distortion: (passing, pass) =>
        passing.headers['mcp-protocol-version'] === '2026-07-28'
          ? json(500, { error: 'Internal Server Error' })
          : pass(),
    },
    named: 'modern_probe_breaks',
  },
]
