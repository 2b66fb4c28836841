import { openDatabase } from '@neonpanel/database/open'
import { createTestControls } from '@neonpanel/faults/test-controls'
import { EnvironmentError } from '@neonpanel/process/environment'
import { bind } from '@neonpanel/process/listen'
import { createLog } from '@neonpanel/process/log'
import { createMetrics } from '@neonpanel/process/metrics'
import { type Running, runProcess } from '@neonpanel/process/signals'
import { parseConfig } from './config.ts'
import { createResourceServer } from './resource-server.ts'

const drainWithinMs = 8_000

await runProcess(startResourceServer)

/** One process of the resource server. It shares its database with the authorization server: that can't be embedded. */
async function startResourceServer(): Promise<Running> {
  // biome-ignore lint/style/noProcessEnv: a process hands its environment to the configuration once, here
  const environment = process.env
  const { databaseUrl, host, port, logLevel, logFormat } = parseConfig(environment)
  if (!databaseUrl.startsWith('postgres')) {
    throw new EnvironmentError(['DATABASE_URL is required to run the resource server by itself'])
  }
  const listener = await bind({ host, port })
  const config = parseConfig({ ...environment, MCP_PORT: String(listener.port) })
  const log = createLog({ level: logLevel, format: logFormat })
  const metrics = createMetrics('resource-server')
  const database = await openDatabase(databaseUrl)
  const testControls = config.testControls ? await createTestControls(database) : undefined
  const server = await createResourceServer({ config, database, log, metrics, testControls })
  listener.serve(server.handler)
  log.info({ mcp: config.mcpUrl, issuer: config.issuer, port: listener.port }, 'listening')
  return {
    async stop() {
      testControls?.close()
      await Promise.all([listener.close(drainWithinMs), server.close()])
      await database.close()
    },
  }
}
