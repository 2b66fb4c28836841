import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { median } from '../median.ts'
import { writeResults } from '../results.ts'
import { type ServerProcess, startServerProcess } from '../server-process.ts'
import { mintAccessToken } from './access-token.ts'

// `npm run bench:mcp [-- --rounds 9] [-- --seconds 3]`: how many `tools/call` of `list_companies` a second the stack
// answers (token checked, ledger read) beside the bare SDK handler (no token, no data). The driver is this process; the
// servers take turns, so that a busy minute of the machine burdens both. Medians.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const connections = Number(values.connections)

interface Round {
  readonly callsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMicrosPerCall: number | null
}

interface Contender {
  readonly name: string
  readonly server: ServerProcess
  readonly token?: string
  readonly rounds: Round[]
}

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))

await using bare = await startServerProcess(from('../peers/bare-mcp-sdk.ts'))
await using stack = await startServerProcess(from('./unlimited-stack.ts'), {
  AUTH_PORT: '0',
  MCP_PORT: '0',
  DATA_DIR: 'memory',
  LOG_LEVEL: 'warn',
})
const token = await mintAccessToken(stack, {
  person: 'owner@neonpanel.test',
  client_id: 'local-client',
  scope: 'read:companies read:inventory',
})

const contenders: readonly Contender[] = [
  { name: 'bare SDK handler (no token, no data, one tool)', server: bare, rounds: [] },
  { name: 'NeonPanel /mcp (token checked, ledger read)', server: stack, token, rounds: [] },
]

for (const contender of contenders) await call(contender, 2)
for (let round = 1; round <= rounds; round += 1) {
  for (const contender of contenders) {
    console.error(`round ${round} of ${rounds}: ${contender.name}`)
    contender.rounds.push(await call(contender, seconds))
  }
}

const results = contenders.map(({ name, rounds: measured }) => ({
  name,
  callsPerSecond: Math.round(median(measured.map((round) => round.callsPerSecond))),
  p50Ms: median(measured.map((round) => round.p50Ms)),
  p99Ms: median(measured.map((round) => round.p99Ms)),
  cpuMicrosPerCall: Math.round(median(measured.map((round) => round.cpuMicrosPerCall ?? 0))),
  rounds: measured,
}))
const [bareResult, ownResult] = results
const ratio = Number((ownResult!.callsPerSecond / bareResult!.callsPerSecond).toFixed(2))

console.table(results.map(({ rounds: _, ...figures }) => figures))
console.log(`ratio ${ratio}`)
writeResults('mcp-tools-call', { rounds, seconds, connections, ratio, results })

async function call({ server, token }: Contender, duration: number): Promise<Round> {
  const cpuBefore = server.cpuMs()
  const run = await autocannon({
    url: server.mcpUrl,
    method: 'POST',
    connections,
    duration,
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'list_companies',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'list_companies',
        arguments: {},
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
    // A refusal is quick: it must not pass for an answer.
    verifyBody: (body) => String(body).includes('"structuredContent"'),
  })
  const answered = run['2xx'] - run.mismatches
  if (answered < run.requests.total || run.errors > 0) {
    throw new Error(`${run.requests.total - answered} calls failed, ${run.errors} broke off`)
  }
  const cpuAfter = server.cpuMs()
  const cpuMs = cpuBefore === undefined || cpuAfter === undefined ? null : cpuAfter - cpuBefore
  return {
    callsPerSecond: answered / run.duration,
    p50Ms: run.latency.p50,
    p99Ms: run.latency.p99,
    cpuMicrosPerCall: cpuMs === null ? null : (cpuMs * 1000) / answered,
  }
}
