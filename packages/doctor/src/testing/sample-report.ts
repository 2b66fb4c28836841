import { findingOf } from '../examination.ts'
import type { Report } from '../examine.ts'
import { type Area, areas, type Exchange, type Finding } from '../finding.ts'
import type { ServerMetadata } from '../servers.ts'

const at = new Date('2026-11-22T14:32:07.000Z')

const exchange: Exchange = {
  at,
  durationMs: 12,
  request: {
    method: 'GET',
    url: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
    headers: { accept: 'application/json', 'user-agent': 'neonpanel-doctor' },
    body: undefined,
  },
  response: {
    status: 200,
    headers: { 'content-type': 'application/json', server: 'example' },
    body: JSON.stringify({
      resource: 'http://mcp.example.com/mcp',
      authorization_servers: ['https://as.example.com'],
      bearer_methods_supported: ['header'],
      resource_name: 'Example <server> & more',
      resource_documentation: 'https://mcp.example.com/docs',
    }),
  },
  failure: undefined,
}

const registration: Exchange = {
  at,
  durationMs: 8,
  request: {
    method: 'POST',
    url: 'https://as.example.com/register',
    headers: { 'content-type': 'application/json', 'user-agent': 'neonpanel-doctor' },
    body: '{"client_name":"NeonPanel doctor: invalid on purpose","redirect_uris":"no list"}',
  },
  response: {
    status: 401,
    headers: { 'content-type': 'application/json', 'www-authenticate': 'Bearer' },
    body: '{"error":"invalid_token"}',
  },
  failure: undefined,
}

/** One of each level, as they would be found at one server. */
const findings: readonly Finding[] = [
  findingOf('iss_not_announced', {
    where: 'https://as.example.com/.well-known/oauth-authorization-server',
  }),
  findingOf('resource_scheme_mismatch', {
    where: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
    got: 'http://mcp.example.com/mcp',
    expected: 'https://mcp.example.com/mcp',
    exchanges: [exchange],
  }),
  findingOf('registration_gated', {
    where: 'https://as.example.com/register',
    got: '401 invalid_token',
    exchanges: [registration],
  }),
]

const serverMetadata: ServerMetadata = {
  issuer: 'https://as.example.com',
  authorization_endpoint: 'https://as.example.com/authorize',
  token_endpoint: 'https://as.example.com/token',
  registration_endpoint: 'https://as.example.com/register',
  revocation_endpoint: undefined,
  device_authorization_endpoint: undefined,
  jwks_uri: undefined,
  scopes_supported: undefined,
  response_types_supported: ['code'],
  grant_types_supported: undefined,
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: undefined,
  client_id_metadata_document_supported: true,
  authorization_response_iss_parameter_supported: undefined,
}

const skipped = new Set<Area>(['token', 'tools', 'step_up', 'refresh'])

/** What is skipped comes last. */
const inOrder = (Object.keys(areas) as Area[]).toSorted(
  (one, other) => Number(skipped.has(one)) - Number(skipped.has(other)),
)

/** A report with a finding of each level and a client of each verdict, for the tests of its forms. */
export const sampleReport: Report = {
  mcpUrl: 'https://mcp.example.com/mcp',
  startedAt: at,
  durationMs: 412,
  areas: inOrder.map((area) => ({
    area,
    title: areas[area],
    outcome: skipped.has(area)
      ? 'skipped'
      : area === 'resource_metadata'
        ? 'failed'
        : area === 'registration'
          ? 'warned'
          : 'passed',
    because: skipped.has(area) ? 'Seen with --login or --token only.' : undefined,
  })),
  findings,
  readiness: [
    {
      persona: 'vscode',
      title: 'Visual Studio Code',
      verdict: 'works',
      says: 'Is known by its metadata document; the person signs in.',
      cause: undefined,
    },
    {
      persona: 'cursor',
      title: 'Cursor',
      verdict: 'works_after',
      says: 'Register it, `neonpanel register cursor --iat <token> --issuer https://as.example.com`, then enter the client id: .cursor/mcp.json: "CLIENT_ID": "<client id>".',
      cause: 'client_id_needed',
    },
    {
      persona: 'inspector',
      title: 'MCP Inspector',
      verdict: 'fails',
      says: 'The server’s metadata is about another resource than the URL that the client was given. Only the scheme differs. Got http://mcp.example.com/mcp, expected https://mcp.example.com/mcp.',
      cause: 'resource_metadata_mismatch',
    },
  ],
  entry: { kind: 'protected', challenge: undefined },
  resource: {
    url: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
    metadata: undefined,
    issuer: 'https://as.example.com',
  },
  authorizationServer: {
    issuer: 'https://as.example.com',
    url: 'https://as.example.com/.well-known/oauth-authorization-server',
    metadata: serverMetadata,
    document: { ...serverMetadata },
  },
  registration: { document: true, dynamic: 'gated' },
}
