import { PassThrough } from 'node:stream'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { bind } from '@neonpanel/process/listen'
import { createLog } from '@neonpanel/process/log'
import { createMetrics } from '@neonpanel/process/metrics'
import { parseConfig } from '../config.ts'
import type { Limits } from '../mcp/limits.ts'
import { createResourceServer } from '../resource-server.ts'
import { sampleTools } from './sample-tools.ts'
import { type TinyAuthorizationServer, testResource } from './tiny-authorization-server.ts'

/** A resource server that listens, over the sample tools and an empty database in memory. */
export interface RunningServer extends AsyncDisposable {
  /** Where it really listens; the canonical resource is `testResource`. */
  readonly origin: string
  /** Everything logged so far, one JSON line each. */
  logged(): string
  /** A POST, GET or DELETE with the headers that MCP clients send; `token` goes into the header. */
  request(path: string, options?: RequestOptions): Promise<Response>
}

export interface RequestOptions {
  readonly method?: string
  readonly token?: string
  readonly headers?: Record<string, string>
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const appSecret = 'A'.repeat(43)

/** A migrated database in memory, for servers that share it. */
export async function emptyDatabase(): Promise<Database> {
  const database = await openDatabase('memory:')
  await migrate(database)
  return database
}

export async function startServer(
  authorizationServer: TinyAuthorizationServer,
  environment: Record<string, string> = {},
  { database: given, limits }: { database?: Database; limits?: Partial<Limits> } = {},
): Promise<RunningServer> {
  const listener = await bind({ host: '127.0.0.1', port: 0 })
  const config = parseConfig({
    ISSUER_URL: authorizationServer.issuer,
    MCP_URL: testResource,
    APP_SECRET: appSecret,
    ...environment,
    MCP_PORT: String(listener.port),
  })
  const lines = new PassThrough()
  const log = createLog({ level: 'debug', format: 'json', destination: lines })
  const metrics = createMetrics('resource-server')
  const database = given ?? (await emptyDatabase())
  const server = await createResourceServer({
    config,
    database,
    log,
    metrics,
    tools: sampleTools,
    limits,
  })
  listener.serve(server.handler)
  const origin = `http://127.0.0.1:${listener.port}`
  let logged = ''
  lines.on('data', (chunk) => {
    logged += chunk
  })
  return {
    origin,
    logged: () => logged,
    request: (path, options) => send(`${origin}${path}`, options),
    async [Symbol.asyncDispose]() {
      await Promise.all([server.close(), listener.close(100)])
      if (!given) await database.close()
    },
  }
}

function send(
  url: string,
  { method = 'POST', token, headers, body, signal }: RequestOptions = {},
): Promise<Response> {
  return fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      Accept: 'application/json, text/event-stream',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  })
}
