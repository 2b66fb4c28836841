import type { Report } from '../examine.ts'
import { type Area, areas, type Exchange, type Finding } from '../finding.ts'

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
      scopes_supported: ['read'],
      bearer_methods_supported: ['header'],
      resource_name: 'Example <server> & more',
      resource_documentation: 'https://mcp.example.com/docs',
    }),
  },
  failure: undefined,
}

/** One of each level, as they would be found at one server. */
const findings: readonly Finding[] = [
  {
    id: 'cache_note',
    area: 'resource_metadata',
    level: 'note',
    title: 'The metadata is cached for a day',
    why: 'A change of it is seen by clients a day later.',
    breaks: [],
    fix: 'Shorten max-age before you move the server.',
    sources: [{ title: 'RFC 9111 section 5.2', url: 'https://www.rfc-editor.org/rfc/rfc9111' }],
    where: undefined,
    got: 'max-age=86400',
    expected: undefined,
    exchanges: [],
  },
  {
    id: 'resource_scheme',
    area: 'resource_metadata',
    level: 'error',
    title: 'The resource of the metadata is another one',
    why: 'A client compares it with the URL that the person entered, and stops where they differ: it could be an attacker’s.',
    breaks: ['inspector', 'claude-code'],
    fix: 'Serve resource as https://mcp.example.com/mcp. Behind a proxy, take the scheme from X-Forwarded-Proto.',
    sources: [
      { title: 'RFC 9728 section 3.3', url: 'https://www.rfc-editor.org/rfc/rfc9728#section-3.3' },
    ],
    where: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
    got: 'http://mcp.example.com/mcp',
    expected: 'https://mcp.example.com/mcp',
    exchanges: [exchange],
  },
  {
    id: 'nobody_there',
    area: 'registration',
    level: 'warning',
    title: 'The registration endpoint gives no answer',
    why: 'A client that registers waits, and gives up.',
    breaks: 'every client',
    fix: 'See that it answers.',
    sources: [{ title: 'RFC 7591 section 3', url: 'https://www.rfc-editor.org/rfc/rfc7591' }],
    where: 'https://as.example.com/register',
    got: undefined,
    expected: undefined,
    exchanges: [{ ...exchange, response: undefined, failure: 'connect ECONNREFUSED' }],
  },
]

const skipped = new Set<Area>(['token', 'tools', 'step_up', 'refresh'])

/** A report with a finding of each level and a client of each verdict, for the tests of its forms. */
export const sampleReport: Report = {
  mcpUrl: 'https://mcp.example.com/mcp',
  startedAt: at,
  durationMs: 412,
  areas: (Object.keys(areas) as Area[]).map((area) => ({
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
      says: 'Register it, `neonpanel register cursor --iat <token>`, then enter the client id: .cursor/mcp.json: "CLIENT_ID": "<client id>".',
      cause: 'client_id_needed',
    },
    {
      persona: 'inspector',
      title: 'MCP Inspector',
      verdict: 'fails',
      says: 'The metadata is of http://mcp.example.com/mcp and the client was given https://mcp.example.com/mcp.',
      cause: 'resource_metadata_mismatch',
    },
  ],
  entry: { kind: 'protected', challenge: undefined },
  resource: {
    url: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
    metadata: undefined,
    issuer: 'https://as.example.com',
  },
  authorizationServer: undefined,
  registration: { document: true, dynamic: 'gated' },
}
