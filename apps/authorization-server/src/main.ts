import { pendingMigrations } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { seed } from '@neonpanel/database/seed'
import { createTestControls } from '@neonpanel/faults/test-controls'
import { EnvironmentError } from '@neonpanel/process/environment'
import { bind } from '@neonpanel/process/listen'
import { createLog } from '@neonpanel/process/log'
import { createMetrics } from '@neonpanel/process/metrics'
import { runProcess } from '@neonpanel/process/signals'
import { createAuthorizationServer } from './authorization-server.ts'
import { parseConfig } from './config.ts'

const graceMs = 8_000

await runProcess(async () => {
  // biome-ignore lint/style/noProcessEnv: the entry hands the environment to its one reader
  const environment = process.env
  const asked = parseConfig(environment)
  if (!asked.databaseUrl.startsWith('postgres')) {
    throw new EnvironmentError([
      'DATABASE_URL is required to run the authorization server by itself',
    ])
  }
  const listener = await bind(asked)
  // With port 0 the issuer is known once the socket is bound.
  const config = parseConfig({ ...environment, AUTH_PORT: String(listener.port) })
  const log = createLog({ level: config.logLevel, format: config.logFormat })
  const database = await openDatabase(config.databaseUrl)
  await assertMigrated(database)
  await seed(database, { seed: config.seed })
  if (config.seedFile !== undefined) {
    const { applySeedFile } = await import('./seed-file/apply.ts')
    await applySeedFile(database, { ...config, path: config.seedFile })
  }
  const testControls = config.testControls ? await createTestControls(database) : undefined
  const server = await createAuthorizationServer({
    config,
    database,
    log,
    metrics: createMetrics('authorization-server'),
    testControls,
  })
  listener.serve(server.handler)
  log.info({ issuer: config.issuer }, 'ready')
  return {
    async stop() {
      testControls?.close()
      await listener.close(graceMs)
      await server.close()
      await database.close()
    },
  }
})

/** The database is migrated by whoever deploys. */
async function assertMigrated(database: Database): Promise<void> {
  if ((await pendingMigrations(database)).length > 0) {
    const advice = 'Run "npm run migrate" with the same DATABASE_URL first.'
    throw Object.assign(new Error('The database is not migrated.'), { advice })
  }
}
