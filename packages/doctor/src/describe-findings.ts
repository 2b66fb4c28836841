import { type Area, areas, type FindingDefinition, type Level } from './finding.ts'
import { brokenClients } from './report/summary.ts'

/** What stands for the values of a finding that nobody has found yet. */
const values: Readonly<Record<string, string>> = {
  where: '*(the place)*',
  got: '*(what came)*',
  expected: '*(what is expected)*',
}

const levelWords: Record<Level, string> = {
  error: '**Error**',
  warning: '**Warning**',
  note: 'Note',
}

/**
 * `docs/doctor.md`: how to run the doctor, and all that it can find.
 *
 * @param definitions by id, which becomes the heading that reports name
 * @param example a report as a terminal shows it
 */
export function describeFindings(
  definitions: Readonly<Record<string, FindingDefinition>>,
  example: string,
): string {
  const entries = Object.entries(definitions)
  const parts = (Object.entries(areas) as [Area, string][]).map(([area, title]) => ({
    title,
    found: entries.filter(([, definition]) => definition.area === area),
  }))
  return `${[
    introduction,
    `\`\`\`text\n${example}\n\`\`\``,
    manual,
    overview(parts),
    ...parts
      .filter(({ found }) => found.length > 0)
      .flatMap(({ title, found }) => [`## ${title}`, ...found.map(section)]),
  ].join('\n\n')}\n`
}

interface Part {
  readonly title: string
  readonly found: readonly [string, FindingDefinition][]
}

function overview(parts: readonly Part[]): string {
  const rows = parts.map(({ title, found }) => {
    const links = found.map(([id]) => `[\`${id}\`](#${id})`)
    return `| ${title} | ${links.join(' ')} |`
  })
  return ['## What it can find', '', '| area | findings |', '|---|---|', ...rows].join('\n')
}

function section([id, definition]: [string, FindingDefinition]): string {
  const { level, title, why, fix, sources } = definition
  const clients = brokenClients(definition)
  const links = sources.map((source) => `[${source.title}](${source.url})`)
  return [
    `### ${id}`,
    `${levelWords[level]}: ${title}.`,
    clients === undefined ? why : `${why} Breaks or hinders: ${clients}.`,
    `*Fix:* ${fix.replaceAll(/\{(where|got|expected)\}/g, (_, name: string) => values[name]!)}`,
    `*Source:* ${links.join(', ')}`,
  ].join('\n\n')
}

const introduction = `# The doctor

Why can an MCP client not connect? \`neonpanel doctor\` examines the authorization of any MCP server from outside, in the order
in which a client meets it, and says what is wrong, which real clients it breaks, what to do, and where that is written. It
needs no account, registers no client and changes nothing. Generated from the catalogue of findings (\`packages/doctor\`); renew
it with \`npm run readme\`.

\`\`\`sh
npx neonpanel doctor https://mcp.example.com/mcp
\`\`\``

const manual = `What stands first is to be mended first: later findings may only follow from it.

- **Error**: a client cannot connect, a rule is broken in a way that somebody notices, or the server is unsafe.
- **Warning**: works with most clients today, and breaks with some or soon.
- **Note**: worth knowing, nothing to mend.

**Real clients** is a rehearsal: each [persona](personas.md) goes its whole way to this server. What only reads is asked of the
server; registration, sign-in, tokens and tools are answered by the doctor as a healthy server would, so nothing is left behind.
*Works after* names what somebody has to do first: register the client, enter its id, give the server a public address.

## Behind the sign-in

The token, the tools, step-up and refresh are seen with a token only:

\`\`\`sh
npx neonpanel doctor https://mcp.example.com/mcp --login            # signs you in, in the browser; nothing is kept
npx neonpanel doctor https://mcp.example.com/mcp --login --device   # by a code that you enter on any device
echo "$ACCESS_TOKEN" | npx neonpanel doctor https://mcp.example.com/mcp --token -
\`\`\`

\`--client-id\` and \`--scope\` say as whom and for what; a secret of the client comes from \`NEONPANEL_CLIENT_SECRET\`. Without
\`--client-id\` the doctor registers, as any client does. A tool that only reads and needs no arguments is called. Only with
\`--login\` is refresh examined: the tokens are the doctor’s own, and are revoked in the end where the server offers that.

## What comes out

| option | for |
|---|---|
| | people: the report above; \`--verbose\` shows every request with all headers and bodies |
| \`--json\` | programs: one document on standard output ([schema](doctor-report.schema.json)) |
| \`--html report.html\` | sending: one page that needs nothing else, light and dark |
| \`--junit report.xml\` | CI: a case for each finding and each client |
| \`--sarif report.sarif\` | code scanning: SARIF 2.1.0, a rule for each finding, with request and answer |

Credentials are nowhere in it: they are replaced by their kind and length.

| exit code | |
|---|---|
| 0 | nothing at or above \`--fail-on\`: \`error\` unless it says \`warning\`; \`never\` |
| 1 | something was found, or the sign-in or a file failed |
| 2 | misuse, such as an address that is no URL |

## In CI

\`\`\`yaml
jobs:
  doctor:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      security-events: write
    steps:
      - run: npx neonpanel doctor "$MCP_URL" --fail-on warning --sarif doctor.sarif --junit doctor.xml --html doctor.html
        env:
          MCP_URL: https://mcp.example.com/mcp
      - uses: github/codeql-action/upload-sarif@v4 # under Security, Code scanning
        if: always()
        with:
          sarif_file: doctor.sarif
          category: neonpanel-doctor
      - uses: actions/upload-artifact@v4 # doctor.html to read, doctor.xml for a JUnit reporter
        if: always()
        with:
          name: doctor
          path: doctor.*
\`\`\`

GitLab reads the JUnit file as \`artifacts: reports: junit: doctor.xml\`. A server has no files: SARIF names its URL without the
scheme in place of one.`
