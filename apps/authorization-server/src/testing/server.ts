import { Writable } from 'node:stream'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { seed } from '@neonpanel/database/seed'
import { createTestControls } from '@neonpanel/faults/test-controls'
import { bind } from '@neonpanel/process/listen'
import { createLog } from '@neonpanel/process/log'
import { createMetrics } from '@neonpanel/process/metrics'
import { type AuthorizationServer, createAuthorizationServer } from '../authorization-server.ts'
import { type Config, parseConfig } from '../config.ts'
import type { InitialAccessTokenPolicy } from '../initial-access-tokens/initial-access-tokens.ts'

/** A real authorization server on a free port, with the demo's people and clients. */
export interface TestServer extends AsyncDisposable {
  readonly config: Config
  readonly issuer: string
  /** Where it listens: the issuer, unless the environment names another. */
  readonly origin: string
  readonly database: Database
  readonly server: AuthorizationServer
  /** Everything that was logged. */
  readonly log: () => string
  /** An initial access token. */
  mint(policy?: Partial<InitialAccessTokenPolicy>): Promise<string>
}

/**
 * @param environment variables of the server; `database` is shared with another server when given, and then not closed
 */
export async function startServer(
  environment: Record<string, string> = {},
  sharedDatabase?: Database,
): Promise<TestServer> {
  const listener = await bind({ host: '127.0.0.1', port: 0 })
  const config = parseConfig({
    AUTH_PORT: String(listener.port),
    DATA_DIR: 'memory',
    TEST_CONTROLS: 'false',
    ...environment,
  })
  const database = sharedDatabase ?? (await openDatabase(config.databaseUrl))
  await migrate(database)
  await seed(database, { seed: 'demo' })
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = createLog({ level: 'info', format: 'json', destination })
  const metrics = createMetrics('authorization-server')
  const testControls = config.testControls ? await createTestControls(database) : undefined
  const server = await createAuthorizationServer({ config, database, log, metrics, testControls })
  listener.serve(server.handler)
  return {
    config,
    issuer: config.issuer,
    origin: `http://127.0.0.1:${listener.port}`,
    database,
    server,
    log: () => lines.join(''),
    async mint(policy) {
      const issued = await server.issueInitialAccessToken({
        ttlSeconds: 900,
        maxUses: 1,
        note: '',
        allowedRedirectHosts: [],
        allowedScopes: [],
        createdBy: 'test',
        ...policy,
      })
      return issued.token
    },
    async [Symbol.asyncDispose]() {
      testControls?.close()
      await listener.close(1_000)
      await server.close()
      if (!sharedDatabase) await database.close()
    },
  }
}
