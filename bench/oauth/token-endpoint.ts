import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { median } from '../median.ts'
import { writeResults } from '../results.ts'
import { type ServerProcess, startServerProcess } from '../server-process.ts'
import { type SignedInClient, signedInClient } from './signed-in-client.ts'

// `npm run bench:tokens [-- --rounds 9] [-- --codes 400]`: how many codes a second are exchanged, and refresh tokens
// renewed, on the embedded database in a file and on PostgreSQL, beside bare oidc-provider in memory. The driver is this
// process; the servers take turns. Medians.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    codes: { type: 'string', default: '400' },
    refreshes: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '8' },
    postgres: { type: 'string', default: 'postgresql://postgres@127.0.0.1:5432/postgres' },
  },
})
const rounds = Number(values.rounds)
const codes = Number(values.codes)
const refreshes = Number(values.refreshes)
const connections = Number(values.connections)

interface Measured {
  readonly perSecond: number
  readonly cpuMicros: number | null
}

interface Contender {
  readonly name: string
  readonly server: ServerProcess
  readonly client: SignedInClient
  readonly exchange: Measured[]
  readonly refresh: Measured[]
}

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const stack = from('../../packages/stack/src/main.ts')
/** As in staging: without test controls. */
const staging = { AUTH_PORT: '0', MCP_PORT: '0', LOG_LEVEL: 'warn', TEST_CONTROLS: 'false' }

const directory = mkdtempSync(join(tmpdir(), 'neonpanel-bench-'))
const database = `bench_${randomUUID().replaceAll('-', '')}`
await administer(`CREATE DATABASE ${database}`)
try {
  await measure()
} finally {
  rmSync(directory, { recursive: true, force: true })
  await administer(`DROP DATABASE ${database} WITH (FORCE)`)
}

async function measure() {
  const onPostgres = new URL(values.postgres)
  onPostgres.pathname = `/${database}`
  await using bare = await startServerProcess(from('../peers/oidc-provider-tokens.ts'))
  await using embedded = await startServerProcess(stack, { ...staging, DATA_DIR: directory })
  await using postgresql = await startServerProcess(stack, {
    ...staging,
    DATABASE_URL: onPostgres.href,
  })
  const contenders = await Promise.all([
    contender('bare oidc-provider, memory', bare),
    contender('NeonPanel, embedded database in a file', embedded),
    contender('NeonPanel, PostgreSQL', postgresql),
  ])
  for (const each of contenders) await run(each, codes / 2, refreshes / 2)
  for (let round = 1; round <= rounds; round += 1) {
    for (const each of contenders) {
      console.error(`round ${round} of ${rounds}: ${each.name}`)
      const { exchange, refresh } = await run(each, codes, refreshes)
      each.exchange.push(exchange)
      each.refresh.push(refresh)
    }
  }
  report(contenders)
}

async function contender(name: string, server: ServerProcess): Promise<Contender> {
  return { name, server, client: await signedInClient(server), exchange: [], refresh: [] }
}

async function run({ server, client }: Contender, exchanges: number, renewals: number) {
  const collected = await client.collect(exchanges)
  const tokens: string[] = []
  const exchange = await timed(server, exchanges, async () => {
    const form = collected.pop()
    if (!form) return false
    tokens.push((await client.token(form)).refresh_token)
    return true
  })
  let left = renewals
  const refresh = await timed(server, renewals, async () => {
    if (left-- <= 0) return false
    // Whoever takes a token puts its successor back.
    const successor = await client.token(client.renewal(tokens.pop()!))
    tokens.push(successor.refresh_token)
    return true
  })
  return { exchange, refresh }
}

/** Lets as many as there are connections do one deed after the other until one says that nothing is left. */
async function timed(
  server: ServerProcess,
  deeds: number,
  deed: () => Promise<boolean>,
): Promise<Measured> {
  const cpuBefore = server.cpuMs()
  const startedAt = performance.now()
  const worker = async () => {
    while (await deed());
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const seconds = (performance.now() - startedAt) / 1000
  const cpuAfter = server.cpuMs()
  const known = cpuBefore !== undefined && cpuAfter !== undefined
  return {
    perSecond: deeds / seconds,
    cpuMicros: known ? ((cpuAfter - cpuBefore) * 1000) / deeds : null,
  }
}

function report(contenders: readonly Contender[]) {
  const rate = (measured: readonly Measured[]) =>
    Math.round(median(measured.map(({ perSecond }) => perSecond)))
  const cpu = (measured: readonly Measured[]) =>
    Math.round(median(measured.map(({ cpuMicros }) => cpuMicros ?? 0)))
  const bare = contenders[0]!
  const ratio = (own: readonly Measured[], other: readonly Measured[]) =>
    Number((rate(own) / rate(other)).toFixed(2))
  const results = contenders.map(({ name, exchange, refresh }) => ({
    name,
    exchangesPerSecond: rate(exchange),
    exchangeRatio: ratio(exchange, bare.exchange),
    exchangeCpuMicros: cpu(exchange),
    refreshesPerSecond: rate(refresh),
    refreshRatio: ratio(refresh, bare.refresh),
    refreshCpuMicros: cpu(refresh),
  }))
  console.table(results)
  const measured = contenders.map(({ name, exchange, refresh }) => ({ name, exchange, refresh }))
  writeResults('oauth-token-endpoint', { rounds, codes, refreshes, connections, results, measured })
}

async function administer(statement: string) {
  const client = new pg.Client({ connectionString: values.postgres })
  await client.connect()
  await client.query(statement)
  await client.end()
}
