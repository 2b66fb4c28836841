import { nameOfSource } from '@neonpanel/flows/verdicts/sources'
import { clientCauses } from './causes.ts'
import type { Persona } from './persona.ts'

/** `docs/personas.md`: the personas, what they do, and where that is known from. */
export function describePersonas(personas: Readonly<Record<string, Persona>>): string {
  const entries = Object.entries(personas)
  return [
    introduction,
    table(
      ['persona', 'client', 'as of', 'ways in, in order', 'comes back to', 'transports'],
      entries.map(([name, persona]) => [
        `[\`${name}\`](#${name})`,
        persona.title,
        persona.version,
        persona.registration.ways.map((way) => ways[way]).join(', '),
        `\`${persona.redirect.uri}\``,
        transports(persona),
      ]),
    ),
    differences,
    table(
      [
        'persona',
        'scopes from',
        'offline_access',
        'resource',
        'compares it',
        'checks `iss`',
        'renews',
      ],
      entries.map(([name, persona]) => [
        `\`${name}\``,
        persona.authorization.scope.map((source) => sources[source]).join(', then '),
        persona.authorization.offlineAccess === 'never' ? '–' : 'where it is listed',
        resourceOf(persona),
        matches[persona.discovery.resourceMatch],
        persona.authorization.checksIss ? 'yes' : 'no',
        renewal(persona),
      ]),
    ),
    ...entries.map(([name, persona]) => section(name, persona)),
    clientVerdicts(),
    hosting,
  ].join('\n\n')
}

/** What is known of one client, as a page about connecting it tells it. */
export function describePersona(name: string, persona: Persona): string {
  const { authorization, discovery, registration, redirect, runs, version } = persona
  const addresses = [redirect.uri, ...registration.redirectUris, redirect.uriWithoutIss]
  const listed = [...new Set(addresses)].flatMap((uri) => (uri ? [`\`${uri}\``] : []))
  const document = registration.document ? ` (\`${registration.document.url}\`)` : ''
  const offline = authorization.offlineAccess === 'never' ? 'never' : 'where the server lists it'
  const rows = [
    ['As of', version],
    ['Runs', `${placeOf(persona)}${runs === 'cloud' ? ': it reaches public https URLs only' : ''}`],
    [
      'Becomes known by, in order',
      registration.ways.map((way) => ways[way] + (way === 'document' ? document : '')).join(', '),
    ],
    ['Redirect URIs', listed.join('<br>')],
    ['Asks for the scopes of', authorization.scope.map((one) => sources[one]).join(', then ')],
    ['Asks for `offline_access`', offline],
    ['Sends as `resource`', resourceOf(persona)],
    ['Compares the metadata’s `resource` with the entered URL', matches[discovery.resourceMatch]],
    ['Checks `iss` (RFC 9207)', authorization.checksIss ? 'yes' : 'no'],
    ['Renews', renewal(persona)],
    ['Connects over', transports(persona)],
  ]
  return [
    table(['', title(persona)], rows),
    persona.habits.map((habit) => `- ${habit}`).join('\n'),
    `Where this is known from, and what is assumed: [personas.md](../personas.md#${name}).`,
  ].join('\n\n')
}

const title = ({ title, row }: Persona) => `${title} (${row})`

const introduction = `# Personas

What real MCP clients send, as data, and an engine that behaves so against any MCP server (\`packages/personas\`). Generated
from the data; renew it with \`npm exec --workspace e2e -- vitest run architecture/personas-document --update\`.

\`\`\`ts
import { runPersona } from '@neonpanel/personas/run-persona'

const { story, verdict, steps } = await runPersona('chatgpt', 'http://localhost:4401/mcp', {
  openBrowser: (url) => stack.people.owner.authorize(url), // says where the browser was sent in the end
  registration: { clientId: 'chatgpt-mcp-connector' }, // left out: the client goes its own way
})
\`\`\`

A run finds the servers, becomes known, sends the person to sign in, connects, lists the tools, calls one that only reads,
and renews its tokens. The person is a function: here one of the testing kit, who needs no display. \`story\` is what the
client saw, without secrets, in the form of the flow recorder; \`verdict\` says why it stopped.

The same from a terminal, with your own browser: \`npx neonpanel connect --as chatgpt <mcp-url>\`
([connect](connect/README.md)).`

const differences = `## What differs`

const hosting = `## Their documents, offline

\`startDocumentHost()\` (\`@neonpanel/personas/documents/document-host\`) serves the metadata documents and key sets of the
personas over https on this machine, with a certificate made at that moment; so are documents with something wrong: dangling,
slow, oversized, redirecting, of the wrong type, for another id, without a name, with a shared secret.
Give each of its \`mappings\` to \`POST /console/api/client-metadata-hosts\` and the authorization server fetches there:

\`\`\`ts
await using host = await startDocumentHost()
for (const mapping of host.mappings) await stack.admin.post('/client-metadata-hosts', mapping)
await runPersona('chatgpt', mcpUrl, { openBrowser, key: host.key })
\`\`\`

The operation exists with \`TEST_CONTROLS\` and refuses where the issuer is no loopback address. The documents keep their URLs,
and the certificate is verified against the given authority alone; all other documents come from the internet as before.
`

/** In the words that hold where nothing is known about the attempt, as docs/verdicts.md tells the others. */
function clientVerdicts(): string {
  const told = clientCauses.map(
    ({ id, title, says, fix, source }) =>
      `### ${id}\n\n**${title}.** ${says({ step: 'discovery' })}\n\nWhat to do: ${fix}\n\nSource: [${nameOfSource(source)}](${source}).`,
  )
  return ['## Verdicts of a client', onlyClients, ...told].join('\n\n')
}

const onlyClients =
  'What no server can see, besides [the verdicts of the flow recorder](verdicts.md).'

const ways = {
  document: 'metadata document',
  dynamic: 'registration',
  static: 'entered id',
} as const

const sources = {
  challenge: 'challenge',
  resource: 'resource metadata',
  server: 'server metadata',
} as const

const matches = {
  exact: 'by characters',
  normalised: 'as URLs',
  prefix: 'by prefix',
  unchecked: 'not',
} as const

function transports({ transport }: Persona): string {
  const names = transport.order.map((one) => (one === 'sse' ? 'HTTP+SSE' : 'Streamable HTTP'))
  return `${names.join(', then ')} (${transport.revision})`
}

function renewal({ refresh }: Persona): string {
  const parts = [
    refresh.sendsResource ? 'with `resource`' : 'without `resource`',
    ...(refresh.sendsScope ? ['with entered scopes'] : []),
    ...(refresh.concurrent > 1 ? [`${refresh.concurrent} at once`] : []),
  ]
  return parts.join(', ')
}

const resourceOf = ({ authorization }: Persona) =>
  authorization.resource === 'entered' ? 'the entered URL' : 'as in the metadata'

function placeOf({ runs, origin }: Persona): string {
  const where = {
    cloud: 'in its maker’s cloud',
    page: `in a page of ${origin}`,
    computer: 'on the person’s computer',
  }
  return where[runs]
}

function section(name: string, persona: Persona): string {
  const { title, row, version, habits, assumed, registration } = persona
  return [
    `## ${name}`,
    `${title}, ${version} (SPEC-MATRIX ${row}). Runs ${placeOf(persona)}.`,
    habits.map((habit) => `- ${habit}`).join('\n'),
    ...persona.earlier.map(
      ({ version, metadata }) => `Earlier, ${version}: registers ${differing(metadata)}.`,
    ),
    ...(registration.document ? [`Metadata document: \`${registration.document.url}\`.`] : []),
    [
      'Known from:',
      ...persona.sources.map(({ kind, url, says }) => `- ${says} ([${kind}](${url}))`),
    ].join('\n'),
    ...(assumed.length > 0 ? [`Assumed, not found: ${assumed.join(', ')}.`] : []),
  ].join('\n\n')
}

function differing(metadata: Readonly<Record<string, string | null>>): string {
  const parts = Object.entries(metadata).map(([name, value]) =>
    value === null ? `without \`${name}\`` : `with \`${name}: ${value}\``,
  )
  return parts.join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
