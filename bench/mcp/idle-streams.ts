import { Agent, get, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeResults } from '../results.ts'
import { startServerProcess } from '../server-process.ts'
import { mintAccessToken } from './access-token.ts'

// `npm run bench:streams [-- --streams 1000]`: what idle streams of HTTP+SSE (2024-11-05) cost the stack in resident
// memory, once they are open and after half a minute of keep-alive. Clients and people share them: each has a limit.

const { values } = parseArgs({ options: { streams: { type: 'string', default: '1000' } } })
const streams = Number(values.streams)
const settleMs = 3_000
const idleMs = 30_000

const people = ['owner@neonpanel.test', 'analyst@neonpanel.test', 'warehouse@neonpanel.test']
const clients = ['chatgpt-mcp-connector', 'claude', 'local-client', 'mcp-inspector']

await using stack = await startServerProcess(
  fileURLToPath(new URL('../../packages/stack/src/main.ts', import.meta.url)),
  {
    AUTH_PORT: '0',
    MCP_PORT: '0',
    DATA_DIR: 'memory',
    LOG_LEVEL: 'warn',
    ACCESS_TOKEN_TTL_SECONDS: '7200',
  },
)
const tokens = await Promise.all(
  people.flatMap((person) =>
    clients.map((client_id) =>
      mintAccessToken(stack, { person, client_id, scope: 'read:companies' }),
    ),
  ),
)
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

// What the first ones need is needed once.
const first = await Promise.all(tokens.map(openStream))
await pause(settleMs)
const before = await stack.residentMb()
const open = await openAll()
await pause(settleMs)
const opened = await stack.residentMb()
await pause(idleMs)
const idle = await stack.residentMb()
for (const response of [...first, ...open]) response.destroy()

const figures = {
  streams,
  beforeMb: Math.round(before),
  openedMb: Math.round(opened - before),
  idleMb: Math.round(idle - before),
}
console.table([figures])
writeResults('mcp-idle-streams', figures)

async function openAll(): Promise<IncomingMessage[]> {
  const responses: IncomingMessage[] = []
  for (let opened = 0; opened < streams; opened += 1) {
    responses.push(await openStream(tokens[opened % tokens.length]!))
  }
  return responses
}

/** Resolves once the `endpoint` event is there. */
function openStream(token: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` }
  get(stack.mcpUrl, { agent, headers }, (response) => {
    if (response.statusCode !== 200) return reject(new Error(`answered ${response.statusCode}`))
    response.once('data', () => resolve(response))
    response.on('error', () => {})
  }).once('error', reject)
  return promise
}
