import type { RequestListener } from 'node:http'
import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { clockStore } from '@neonpanel/database/clock-store'
import { pendingMigrations } from '@neonpanel/database/migrate'
import type { Database } from '@neonpanel/database/open'
import { appSecret as generatedSecret } from '@neonpanel/database/settings'
import { type TestControls, testEdge } from '@neonpanel/faults/test-controls'
import { recordAuthorizationFlows } from '@neonpanel/flows/recording/authorization-server'
import { flowsSettled } from '@neonpanel/flows/recording/journal'
import { isClockShifted, now } from '@neonpanel/process/clock'
import { healthRoutes } from '@neonpanel/process/health'
import type { Log } from '@neonpanel/process/log'
import type { Metrics } from '@neonpanel/process/metrics'
import { requestLog } from '@neonpanel/process/request-log'
import { followClock, type SharedClock } from '@neonpanel/process/shared-clock'
import Koa from 'koa'
import { accountRoutes } from './account/routes.ts'
import { auditSettled } from './audit/audit.ts'
import type { Config } from './config.ts'
import { consoleApi } from './console/api.ts'
import { endFlowEvents } from './console/flows/events.ts'
import { consoleRoutes } from './console/routes.ts'
import type { ServerContext } from './context.ts'
import { restartDeviceForm } from './endpoints/device-form.ts'
import { guardEndpoints } from './endpoints/endpoints.ts'
import { allowFormPosts } from './endpoints/form-posts.ts'
import { pinHost } from './endpoints/host.ts'
import { indexPage } from './endpoints/index-page.ts'
import { nobodyToSignOut } from './endpoints/nobody-to-sign-out.ts'
import { refuseNulInAddress } from './endpoints/nul.ts'
import { prepareOAuthRequests } from './endpoints/oauth-requests.ts'
import { registrationCors } from './endpoints/registration-cors.ts'
import { answerUnavailable } from './endpoints/unavailable.ts'
import { errorDocument } from './errors/document.ts'
import { nameErrors, nameRedirectedErrors } from './errors/name-errors.ts'
import { faultEdge } from './faults/edge.ts'
import { startHousekeeping } from './housekeeping/housekeeping.ts'
import {
  type InitialAccessTokenPolicy,
  type IssuedInitialAccessToken,
  issueInitialAccessToken,
} from './initial-access-tokens/initial-access-tokens.ts'
import { interactionRoutes } from './interactions/routes.ts'
import { cacheMetadata, completeRegistration } from './provider/answers.ts'
import { routes } from './provider/configuration.ts'
import { holdErrorRedirects } from './provider/error-redirects.ts'
import { introspection, revocation } from './provider/introspection.ts'
import { jwtAccessTokens } from './provider/jwt-tokens.ts'
import { type LiveProvider, openProvider } from './provider/live-provider.ts'
import type { AppSecrets } from './provider/secrets.ts'
import { testDoors } from './test-doors.ts'
import { throttleFailures } from './throttling/oauth-failures.ts'
import { throttleUserCodes } from './throttling/user-codes.ts'
import { renderErrors } from './web/render-errors.ts'
import { securityHeaders } from './web/security-headers.ts'
import { staticFiles } from './web/static.ts'

export interface AuthorizationServer {
  readonly app: Koa
  readonly handler: RequestListener
  /** Named readiness checks. */
  ready(): Promise<Record<string, boolean>>
  issueInitialAccessToken(policy: InitialAccessTokenPolicy): Promise<IssuedInitialAccessToken>
  /** Stores what is still to be stored. The database is the caller's to close. */
  close(): Promise<void>
}

export interface AuthorizationServerOptions {
  readonly config: Config
  /** Migrated. */
  readonly database: Database
  readonly log: Log
  readonly metrics: Metrics
  readonly testControls?: TestControls | undefined
}

/** Builds the authorization server; `handler` is to be served at `config.issuer`. */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { config, database, log, metrics, testControls } = options
  const appSecrets = config.appSecrets ?? [await generatedSecret(database)]
  const live = await openProvider({ config, database, log, appSecrets })
  const context = await serverContext(options, appSecrets, live)
  const hasRegistration = config.registrationMode !== 'off'
  const tokens = {
    database,
    tokens: jwtAccessTokens(database, config.issuer, () => live.jwks),
    resourceServerClientId: introspectionCredentials(appSecrets[0]).clientId,
  }
  const ready = () => readinessOf(database)

  const app = new Koa({ proxy: true, maxIpsCount: 1 })
  app.keys = live.current.keys
  app.on('error', logBrokenAnswer(log))
  app.use(requestLog(log)).use(metrics.observeRequests)
  app.use(recordAuthorizationFlows(context, routes))
  for (const edge of testControls ? testEdge(testControls, faultEdge(context)) : []) app.use(edge)
  app.use(nameErrors({ issuer: config.issuer, hasRegistration }))
  app.use(renderErrors({ issuer: config.issuer, log }))
  app.use(healthRoutes({ log, ready })).use(metrics.route)
  app.use(pinHost(config))
  app.use(refuseNulInAddress)
  app.use(securityHeaders(config.issuer))
  app.use(staticFiles)
  // Pages and administration
  app.use(indexPage(context))
  app.use(errorDocument())
  for (const door of testDoors(context)) app.use(door)
  app.use(interactionRoutes(context))
  app.use(accountRoutes(context))
  app.use(consoleApi(context)).use(consoleRoutes(context))
  // What surrounds the provider's endpoints: first what it is given, then what becomes of its answers
  app.use(guardEndpoints({ hasRegistration }))
  app.use(registrationCors)
  app.use(nobodyToSignOut(context))
  app.use(prepareOAuthRequests(context))
  app.use(throttleFailures(database))
  app.use(restartDeviceForm(context))
  app.use(throttleUserCodes({ database, issuer: config.issuer }))
  app.use(answerUnavailable)
  app.use(cacheMetadata)
  app.use(completeRegistration(database))
  app.use(introspection(tokens))
  app.use(revocation(tokens))
  app.use(holdErrorRedirects({ database, issuer: config.issuer, mcpUrl: config.mcpUrl }))
  app.use(nameRedirectedErrors(config))
  app.use(allowFormPosts)
  app.use(live.middleware)

  const housekeeping = startHousekeeping(context)
  return {
    app,
    handler: app.callback(),
    ready,
    issueInitialAccessToken: (policy) => issueInitialAccessToken(context, policy),
    async close() {
      endFlowEvents(database)
      context.testClock?.close()
      await housekeeping.stop()
      await live.close()
      await auditSettled(database)
      await flowsSettled(database)
    },
  }
}

async function serverContext(
  { config, database, log, metrics, testControls }: AuthorizationServerOptions,
  appSecrets: AppSecrets,
  live: LiveProvider,
): Promise<ServerContext> {
  const testClock = config.testControls ? await followTestClock(database, log) : undefined
  return {
    config,
    database,
    log,
    metrics,
    appSecrets,
    testControls,
    testClock,
    get provider() {
      return live.current
    },
    documentHosts: live.documentHosts,
    reloadSigningKeys: () => live.reloadKeys(),
  }
}

/** The clock that tests shift, with every other process on the database. */
async function followTestClock(database: Database, log: Log): Promise<SharedClock> {
  const report = (error: unknown) => log.error({ err: error }, 'the clock could not be followed')
  const clock = await followClock(clockStore(database), report)
  if (isClockShifted()) log.warn({ now: now().toISOString() }, 'a test has moved the clock')
  return clock
}

/** The server is built on loaded keys; they are ready when it is. */
async function readinessOf(database: Database): Promise<Record<string, boolean>> {
  const reachable = await database.ping().then(
    () => true,
    () => false,
  )
  if (!reachable) return { database: false, migrations: false, keys: true }
  const pending = await pendingMigrations(database)
  return { database: true, migrations: pending.length === 0, keys: true }
}

/** An answer that began and could not be finished; a reader who leaves in the middle has only seen enough. */
function logBrokenAnswer(log: Log) {
  return (error: NodeJS.ErrnoException, ctx?: Koa.Context) => {
    const level = error.code === 'ERR_STREAM_PREMATURE_CLOSE' ? 'debug' : 'warn'
    const own: Log = ctx?.state.log ?? log
    own[level]({ err: error }, 'an answer was cut off')
  }
}
