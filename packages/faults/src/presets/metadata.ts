import type { PresetDefinition } from './preset.ts'

const metadata = ['authorization_server_metadata', 'openid_configuration'] as const

/** What goes wrong before a client has asked for anything: discovery, keys, CORS. */
export const metadataPresets = {
  'metadata-lists-only-dcr-create': {
    title: 'Metadata lists only dcr.create',
    story:
      'scopes_supported named nothing but the scope of registration; clients that take their scopes from there asked for it and were refused.',
    goodClient: 'takes its scopes from the challenge or the resource’s metadata.',
    sources: ['incident of this stack', 'openai/codex#15643'],
    where: { endpoint: [...metadata] },
    what: { json: { set: { scopes_supported: ['dcr.create'] } } },
  },
  'registration-on-another-host': {
    title: 'Registration endpoint on another host',
    story:
      'The metadata sent clients to register at a host that does not know them, and the issuer’s own endpoint stayed silent.',
    goodClient: 'says which host it could not reach.',
    sources: ['incident of this stack'],
    where: { endpoint: [...metadata] },
    what: {
      json: { set: { registration_endpoint: 'https://registration.invalid/oauth2/register' } },
    },
  },
  'metadata-issuer-mismatch': {
    title: 'Metadata names another issuer',
    story: 'The document was served at one host and named another as its issuer.',
    goodClient: 'refuses the document (RFC 8414 section 3.3).',
    sources: ['getsentry/junior#838', 'openai/codex#38944'],
    where: { endpoint: [...metadata] },
    what: { json: { set: { issuer: 'https://login.invalid' } } },
  },
  'metadata-issuer-spelling': {
    title: 'Issuer spelled differently',
    story:
      'The issuer had a slash, or a www, that the address of its documents had not; strict clients stopped.',
    goodClient: 'compares issuers exactly, and says both.',
    sources: ['koala73/worldmonitor#2426'],
    where: { endpoint: [...metadata] },
    what: { json: { set: { issuer: '{value}/' } } },
  },
  'metadata-without-pkce': {
    title: 'Metadata without PKCE methods',
    story:
      'code_challenge_methods_supported was missing, so MCP clients must not go on; nor were URL client ids and iss announced.',
    goodClient: 'stops before it opens a browser.',
    sources: ['keycloak/keycloak#48527', 'keycloak/keycloak#53010', 'laravel/mcp#277'],
    where: { endpoint: [...metadata] },
    what: {
      json: {
        remove: [
          'code_challenge_methods_supported',
          'client_id_metadata_document_supported',
          'authorization_response_iss_parameter_supported',
        ],
      },
    },
  },
  'metadata-without-registration': {
    title: 'Metadata without registration endpoint',
    story: 'Registration existed and the metadata did not say so; clients had no way in.',
    goodClient: 'asks for a client id.',
    sources: ['zitadel/zitadel#9810'],
    where: { endpoint: [...metadata] },
    what: {
      json: { remove: ['registration_endpoint', 'client_id_metadata_document_supported'] },
    },
  },
  'metadata-behind-proxy': {
    title: 'Metadata names an inner host',
    story:
      'Behind a tunnel the server named the address that it had itself, which nobody outside can reach.',
    goodClient: 'says which address it could not reach.',
    sources: ['dremio/dremio-mcp#102', 'anthropics/claude-ai-mcp#85'],
    where: { endpoint: 'resource_metadata' },
    what: { json: { set: { authorization_servers: ['https://inner.invalid:8443'] } } },
  },
  'metadata-outage': {
    title: 'Resource metadata answers 502',
    story: 'Everything worked but the resource’s metadata, for which the tunnel answered 502.',
    goodClient: 'says that discovery failed, and can be asked again.',
    sources: ['openai/tunnel-client#32'],
    where: { endpoint: 'resource_metadata' },
    what: { html: '<html><body><h1>502 Bad Gateway</h1></body></html>', status: 502 },
  },
  'resource-trailing-slash': {
    title: 'Resource with a trailing slash',
    story: 'The metadata named the resource with a slash more than the client had typed.',
    goodClient: 'accepts either spelling, or says both.',
    sources: ['appwrite/mcp#101', 'vercel/ai#13988'],
    where: { endpoint: 'resource_metadata' },
    what: { json: { set: { resource: '{value}/' } } },
  },
  'resource-of-another': {
    title: 'Metadata of another resource',
    story:
      'The document at the root named a resource of another host, which a client must not accept.',
    goodClient: 'refuses the document (RFC 9728 section 3.3).',
    sources: ['modelcontextprotocol/typescript-sdk#2785', 'archestra#7246'],
    where: { endpoint: 'resource_metadata' },
    what: { json: { set: { resource: 'https://mcp.invalid/mcp' } } },
  },
  'suffixed-metadata-missing': {
    title: 'Path-suffixed metadata answers 404',
    story:
      'Only the root document existed; clients that ask for the one of their path found nothing.',
    goodClient: 'goes on to the document at the root.',
    sources: ['akutishevsky/nutrition-mcp#51'],
    where: { path: '/.well-known/oauth-protected-resource/*' },
    what: { status: 404 },
  },
  'jwks-outage': {
    title: 'Keys answer 503',
    story:
      'The authorization server issued tokens that nobody could verify for as long as its keys were away.',
    goodClient: 'keeps its token and tries again.',
    sources: ['getsentry/junior#838'],
    where: { endpoint: 'jwks' },
    what: { status: 503, headers: { 'Retry-After': '5' } },
  },
  'jwks-stale': {
    title: 'Stale keys',
    story: 'A cache in front of the keys kept serving the set from before a rotation.',
    goodClient: 'fetches the keys again before it refuses a token, and not for every token.',
    sources: ['getsentry/junior#838'],
    where: { endpoint: 'jwks' },
    what: { jwks: 'stale' },
  },
  'cors-refused': {
    title: 'CORS refused',
    story: 'A client in a browser was shown “Failed to fetch”: no endpoint allowed its origin.',
    goodClient: 'says that the browser, not the server, refused.',
    sources: [
      'modelcontextprotocol/inspector#571',
      'quarkiverse/quarkus-oidc-proxy#123',
      'infisical#5192',
    ],
    where: { endpoint: [...metadata, 'resource_metadata', 'register', 'token', 'mcp'] },
    what: { headers: { 'Access-Control-Allow-Origin': null } },
  },
  'cors-without-mcp-headers': {
    title: 'CORS without MCP’s headers',
    story:
      'Preflights allowed Authorization and Content-Type, and none of the headers of newer MCP revisions.',
    goodClient: 'names the header that was not allowed.',
    sources: ['open-metadata/OpenMetadata#30673'],
    where: { endpoint: 'mcp', method: 'OPTIONS' },
    what: { headers: { 'Access-Control-Allow-Headers': 'Authorization, Content-Type' } },
  },
} satisfies Record<string, PresetDefinition>
