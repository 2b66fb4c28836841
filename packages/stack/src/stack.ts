import type { AuthorizationServer } from '@neonpanel/authorization-server'
import { parseConfig as parseAuthorizationConfig } from '@neonpanel/authorization-server/config'
import { makeKeyPairsAhead } from '@neonpanel/authorization-server/key-pairs'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { createTestControls } from '@neonpanel/faults/test-controls'
import { EnvironmentError } from '@neonpanel/process/environment'
import { bind, type Listener } from '@neonpanel/process/listen'
import { createLog, type Log } from '@neonpanel/process/log'
import { createMetrics } from '@neonpanel/process/metrics'
import type { Limits, ResourceServer, ServerPart } from '@neonpanel/resource-server'
import { parseConfig as parseResourceConfig } from '@neonpanel/resource-server/config'

export type Environment = Record<string, string | undefined>

/** Both servers and their database in this process, ready for requests. */
export interface Stack extends AsyncDisposable {
  readonly issuer: string
  /** The canonical resource identifier, where MCP clients connect. */
  readonly mcpUrl: string
  /** Bearer of the admin API. */
  readonly adminToken: string
  readonly database: Database
  /** What was given, with the ports that were bound. */
  readonly environment: Environment
  readonly config: StackConfig
  readonly authorizationServer: AuthorizationServer
  readonly resourceServer: ResourceServer
  /** Refuses new requests, lets running ones finish, closes the database. May be called twice. */
  stop(): Promise<void>
}

export type StackConfig = ReturnType<typeof parseConfigs>

/** How long requests in flight may take once the stack stops. */
const graceMs = 5_000

/**
 * Starts both servers in this process, over one database: the embedded one unless `DATABASE_URL` names another.
 *
 * @param environment the variables of both servers; nothing else is read
 * @param log where to log instead of standard error
 * @param parts what the MCP server offers besides the product
 * @param limits what the MCP server grants a person and client, in place of its own limits
 * @throws EnvironmentError with the problems of both servers; ListenError when a port is taken
 */
export async function startStack({
  environment,
  log: givenLog,
  parts,
  limits,
}: {
  environment: Environment
  log?: Log
  parts?: readonly ServerPart[]
  limits?: Partial<Limits>
}): Promise<Stack> {
  const asked = parseConfigs(environment)
  const log =
    givenLog ??
    createLog({ level: asked.authorization.logLevel, format: asked.authorization.logFormat })
  if (asked.authorization.databaseUrl === 'memory:') makeKeyPairsAhead()
  await using starting = new AsyncDisposableStack()
  const listeners = await bindBoth(asked, starting)
  const bound = {
    ...environment,
    AUTH_PORT: String(listeners.authorization.port),
    MCP_PORT: String(listeners.resource.port),
  }
  const config = parseConfigs(bound)
  const database = await prepareDatabase(config, starting)
  const servers = await createServers({ config, database, log, parts, limits })
  listeners.authorization.serve(servers.authorizationServer.handler)
  listeners.resource.serve(servers.resourceServer.handler)
  const started = starting.move()
  let stopping: Promise<void> | undefined
  const stopOnce = async () => {
    servers.testControls?.close()
    await Promise.all([
      ...Object.values(listeners).map((listener) => listener.close(graceMs)),
      servers.resourceServer.close(),
      servers.authorizationServer.close(),
    ])
    await started.disposeAsync()
  }
  const stop = () => {
    stopping ??= stopOnce()
    return stopping
  }
  return {
    issuer: config.authorization.issuer,
    mcpUrl: config.authorization.mcpUrl,
    adminToken: config.authorization.adminToken,
    database,
    environment: bound,
    config,
    ...servers,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Reads the environment as both servers do; their problems are told together. */
function parseConfigs(environment: Environment) {
  const problems = new Set<string>()
  const attempt = <Config>(parse: (environment: Environment) => Config): Config | undefined => {
    try {
      return parse(environment)
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error
      for (const problem of error.problems) problems.add(problem)
      return undefined
    }
  }
  const authorization = attempt(parseAuthorizationConfig)
  const resource = attempt(parseResourceConfig)
  if (!authorization || !resource) throw new EnvironmentError([...problems])
  return { authorization, resource }
}

async function bindBoth({ authorization, resource }: StackConfig, starting: AsyncDisposableStack) {
  const bindOne = async ({ host, port }: { host: string; port: number }): Promise<Listener> => {
    const listener = await bind({ host, port })
    starting.defer(() => listener.close(0))
    return listener
  }
  return { authorization: await bindOne(authorization), resource: await bindOne(resource) }
}

async function prepareDatabase(
  { authorization }: StackConfig,
  starting: AsyncDisposableStack,
): Promise<Database> {
  const [{ migrate }, { seed }, database] = await Promise.all([
    import('@neonpanel/database/migrate'),
    import('@neonpanel/database/seed'),
    openDatabase(authorization.databaseUrl),
  ])
  starting.use(database)
  await migrate(database)
  await seed(database, { seed: authorization.seed })
  if (authorization.seedFile !== undefined) {
    const { applySeedFile } = await import('@neonpanel/authorization-server/seed-file')
    await applySeedFile(database, { ...authorization, path: authorization.seedFile })
  }
  return database
}

/** Their modules are loaded while the database is being prepared, and not before the environment was found good. */
async function createServers({
  config,
  database,
  log,
  parts,
  limits,
}: {
  config: StackConfig
  database: Database
  log: Log
  parts: readonly ServerPart[] | undefined
  limits: Partial<Limits> | undefined
}) {
  const [{ createAuthorizationServer }, { createResourceServer }] = await Promise.all([
    import('@neonpanel/authorization-server'),
    import('@neonpanel/resource-server'),
  ])
  const testControls = config.authorization.testControls
    ? await createTestControls(database)
    : undefined
  const [authorizationServer, resourceServer] = await Promise.all([
    createAuthorizationServer({
      config: config.authorization,
      database,
      log: log.child({ server: 'authorization' }),
      metrics: createMetrics('authorization-server'),
      testControls,
    }),
    createResourceServer({
      config: config.resource,
      database,
      log: log.child({ server: 'resource' }),
      metrics: createMetrics('resource-server'),
      testControls,
      parts,
      limits,
    }),
  ])
  return { authorizationServer, resourceServer, testControls }
}
