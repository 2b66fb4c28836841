import type { FindingDefinition, Source } from '../finding.ts'
import { clientsThat } from './persona-groups.ts'
import { claudeAuthentication, mcp, mcpNewest, rfc, thread } from './sources.ts'

const area = 'server_metadata'
const discovery = mcp(
  'basic/authorization#authorization-server-metadata-discovery',
  'Authorization, authorization server metadata discovery',
)
const openidDiscovery: Source = {
  title: 'OpenID Connect Discovery, section 4',
  url: 'https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig',
}
const issuerClients = clientsThat(({ discovery: { checksIssuer } }) => checksIssuer)
const byClientsOfTheSdk = clientsThat(({ runs }) => runs !== 'cloud')

const documents = {
  server_metadata_missing: {
    area,
    level: 'error',
    title: 'The authorization server has no metadata',
    why: 'Clients learn from it where to register, authorize and get tokens. Some guess /authorize and /token without it, others stop.',
    breaks: clientsThat(({ discovery: { assumesEndpoints } }) => !assumesEndpoints),
    fix: 'Serve {expected} as JSON (RFC 8414), or the OpenID Connect discovery document.',
    sources: [rfc(8414, '3'), discovery],
  },
  server_metadata_is_page: {
    area,
    level: 'error',
    title: 'A web page stands where the metadata of the authorization server should be',
    why: 'A web application catches every path, or a sign-in stands in front of it. Clients try to read it as JSON and stop.',
    breaks: 'every client',
    fix: 'Serve {where} as application/json before the catch-all of the application; unknown /.well-known/ paths get 404.',
    sources: [rfc(8414, '3.2'), thread('anthropics/claude-ai-mcp', 134)],
  },
  server_metadata_guarded: {
    area,
    level: 'error',
    title: 'The metadata of the authorization server is not public',
    why: 'The document is read before anybody is signed in.',
    breaks: 'every client',
    fix: 'Take /.well-known/ out of the check of tokens, sessions and addresses.',
    sources: [rfc(8414, '3'), discovery],
  },
  server_metadata_unreadable: {
    area,
    level: 'error',
    title: 'The metadata of the authorization server is no JSON object',
    why: 'Clients read it as JSON and stop where that fails.',
    breaks: 'every client',
    fix: 'Serve {where} as a JSON object with Content-Type: application/json.',
    sources: [rfc(8414, '3.2')],
  },
  server_metadata_fails: {
    area,
    level: 'error',
    title: 'The metadata of the authorization server cannot be fetched',
    why: 'The address breaks or does not answer.',
    breaks: 'every client',
    fix: 'See that the authorization server runs and is reached at {where} from outside; its log tells more.',
    sources: [rfc(8414, '3')],
  },
  server_metadata_misplaced: {
    area,
    level: 'error',
    title: 'The metadata of the authorization server is where no client looks',
    why: 'The issuer has a path. The well-known part then stands between host and path, not behind the path, and not without it.',
    breaks: 'every client',
    fix: 'Serve the document at {expected} too.',
    sources: [rfc(8414, '3.1'), discovery],
  },
  server_metadata_redirects: {
    area,
    level: 'warning',
    title: 'The metadata of the authorization server redirects',
    why: 'A successful answer is 200. Clients that guard against requests to foreign hosts follow no redirect here.',
    breaks: [],
    fix: 'Answer {where} with the document itself.',
    sources: [rfc(8414, '3.2')],
  },
  server_metadata_type: {
    area,
    level: 'warning',
    title: 'The metadata of the authorization server is not declared as JSON',
    why: 'Some clients look at the content type before they read the document.',
    breaks: [],
    fix: 'Send Content-Type: application/json with {where}.',
    sources: [rfc(8414, '3.2')],
  },
  only_openid_metadata: {
    area,
    level: 'note',
    title: 'There is OpenID Connect discovery alone',
    why: 'Since 2025-11-25 one of both is enough. Clients of earlier revisions ask for RFC 8414 metadata only.',
    breaks: [],
    fix: 'Serve the same document at {expected} too.',
    sources: [discovery, openidDiscovery],
  },
  server_metadata_disagrees: {
    area,
    level: 'warning',
    title: 'The forms of the metadata contradict each other',
    why: 'One client reads the RFC 8414 document, another one that of OpenID Connect, and they see different servers.',
    breaks: [],
    fix: 'Serve both from one configuration; they differ in {where}.',
    sources: [rfc(8414, '3'), discovery],
  },
} as const satisfies Record<string, FindingDefinition>

const issuer = {
  issuer_missing: {
    area,
    level: 'error',
    title: 'The metadata names no issuer',
    why: 'issuer is required; clients refuse the document without it.',
    breaks: 'every client',
    fix: 'Add "issuer": "{expected}".',
    sources: [rfc(8414, '2')],
  },
  issuer_mismatch: {
    area,
    level: 'error',
    title: 'The metadata is of another issuer',
    why: 'issuer has to be what the resource names and what the address was made of. Otherwise one server could pose as another, and clients must not use the document.',
    breaks: issuerClients,
    fix: 'Make both the same, character by character: "issuer" of the authorization server and authorization_servers of the resource.',
    sources: [
      rfc(8414, '3.3'),
      mcpNewest(
        'basic/authorization/authorization-server-discovery',
        'Authorization server discovery',
      ),
      thread('atlassian/atlassian-mcp-server', 205),
    ],
  },
  issuer_trailing_slash: {
    area,
    level: 'error',
    title: 'The issuer differs from the one of the resource by a trailing slash',
    why: 'The comparison is by characters. Clients on the second TypeScript SDK, opencode and Copilot CLI stop here; others are lenient.',
    breaks: [],
    fix: 'Write both with the slash or both without: {got} here, {expected} in authorization_servers.',
    sources: [
      rfc(8414, '3.3'),
      thread('anomalyco/opencode', 50036),
      thread('github/copilot-cli', 4606),
      thread('modelcontextprotocol/python-sdk', 1919),
    ],
  },
} as const satisfies Record<string, FindingDefinition>

const endpoints = {
  authorization_endpoint_missing: {
    area,
    level: 'error',
    title: 'The metadata names no authorization endpoint',
    why: 'There is nowhere to send the person to.',
    breaks: 'every client',
    fix: 'Add "authorization_endpoint" with a whole https URL.',
    sources: [rfc(8414, '2')],
  },
  token_endpoint_missing: {
    area,
    level: 'error',
    title: 'The metadata names no token endpoint',
    why: 'There is nowhere to turn the code into a token.',
    breaks: 'every client',
    fix: 'Add "token_endpoint" with a whole https URL.',
    sources: [rfc(8414, '2')],
  },
  endpoint_not_absolute: {
    area,
    level: 'error',
    title: 'An endpoint of the metadata is no whole URL',
    why: 'Clients take each for a URL as it stands; a path alone fails.',
    breaks: 'every client',
    fix: 'Write {where} as a whole https URL.',
    sources: [rfc(8414, '2')],
  },
  endpoint_local: {
    area,
    level: 'error',
    title: 'An endpoint of the metadata leads to localhost',
    why: 'The server gives its local address in a public document. Browsers and clients find nothing there.',
    breaks: 'every client',
    fix: 'Set the public URL of the authorization server in its configuration; {where} is {got}.',
    sources: [rfc(8414, '2'), thread('andrea-magni/MARS', 203)],
  },
  endpoint_http: {
    area,
    level: 'error',
    title: 'An endpoint of the metadata is http in place of https',
    why: 'Codes and tokens would travel readable, so clients refuse; often a proxy that ends TLS is the reason.',
    breaks: 'every client',
    fix: 'Set the public https URL in the configuration of the authorization server, or have it trust X-Forwarded-Proto of the proxy.',
    sources: [
      mcp('basic/authorization#communication-security', 'Authorization, communication security'),
      thread('tuist/tuist', 9663),
    ],
  },
  endpoint_elsewhere: {
    area,
    level: 'note',
    title: 'Endpoints are on another host than the issuer',
    why: 'Allowed, and usual with large providers. Where it is not meant, the server takes its name from an internal request.',
    breaks: [],
    fix: 'Nothing, where {got} is the right host; else set the public URL in the configuration of the authorization server.',
    sources: [rfc(8414, '2')],
  },
} as const satisfies Record<string, FindingDefinition>

const offers = {
  response_types_missing: {
    area,
    level: 'error',
    title: 'The metadata does not list response types',
    why: 'response_types_supported is required. Clients that check the document against the schema of the TypeScript SDK refuse it.',
    breaks: byClientsOfTheSdk,
    fix: 'Add "response_types_supported": ["code"].',
    sources: [rfc(8414, '2')],
  },
  code_not_offered: {
    area,
    level: 'error',
    title: 'The authorization code flow is not offered',
    why: 'It is the only flow that MCP clients use: response type code, grant type authorization_code.',
    breaks: 'every client',
    fix: 'Add {expected} to {where}, and enable the flow.',
    sources: [
      rfc(8414, '2'),
      mcp('basic/authorization#authorization-flow-steps', 'Authorization, flow'),
    ],
  },
  refresh_grant_unlisted: {
    area,
    level: 'warning',
    title: 'Refresh tokens are not offered',
    why: 'When the access token expires, people have to sign in again. VS Code registers only for grants that are listed.',
    breaks: clientsThat(({ registration }) => registration.filtersGrantTypes),
    fix: 'Add refresh_token to grant_types_supported, and issue refresh tokens with each code.',
    sources: [rfc(8414, '2'), claudeAuthentication],
  },
  public_clients_not_offered: {
    area,
    level: 'warning',
    title: 'Clients without a secret are not offered',
    why: 'MCP clients run where a secret is none. They register with token_endpoint_auth_method none, and a server that does not list it may refuse.',
    breaks: clientsThat(
      ({ registration }) => registration.metadata.token_endpoint_auth_method === 'none',
    ),
    fix: 'Add "none" to token_endpoint_auth_methods_supported, and accept clients that prove themselves by PKCE alone.',
    sources: [rfc(8414, '2'), rfc(7591, '2'), claudeAuthentication],
  },
  scopes_not_at_server: {
    area,
    level: 'warning',
    title: 'The authorization server does not list the scopes of the resource',
    why: 'Clients ask for the scopes of the resource. One that the authorization server does not know ends in invalid_scope, or is left out.',
    breaks: [],
    fix: 'Define {expected} at the authorization server and list them in its scopes_supported.',
    sources: [rfc(8414, '2'), rfc(9728, '2'), thread('metabase/metabase', 82452)],
  },
  iss_not_announced: {
    area,
    level: 'note',
    title: 'Authorization responses do not name the issuer',
    why: 'iss protects clients of several servers from mix-up. ChatGPT uses one callback for all connections only where it is announced, else one for each.',
    breaks: [],
    fix: 'Send iss in every authorization response, errors included, then set "authorization_response_iss_parameter_supported": true.',
    sources: [rfc(9207, '3'), mcpNewest('basic/authorization', 'Authorization')],
  },
  keys_not_found: {
    area,
    level: 'warning',
    title: 'jwks_uri leads to no keys',
    why: 'Resource servers fetch the keys from there; without them no token can be verified.',
    breaks: [],
    fix: 'Serve a JWK Set at {where}, or leave jwks_uri out.',
    sources: [rfc(8414, '2'), rfc(7517, '5')],
  },
  private_keys_published: {
    area,
    level: 'error',
    title: 'Private keys are published',
    why: 'The key set holds secret parts of keys. Whoever reads it can issue tokens.',
    breaks: [],
    fix: 'Replace these keys at once, and publish only the public parts (no d, p, q, dp, dq, qi, k).',
    sources: [rfc(7517, '9.2'), rfc(7517, '5')],
  },
} as const satisfies Record<string, FindingDefinition>

export const serverMetadataFindings = { ...documents, ...issuer, ...endpoints, ...offers }
