import type { RequestListener } from 'node:http'
import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { clockStore } from '@neonpanel/database/clock-store'
import type { Database } from '@neonpanel/database/open'
import { appSecret as keptAppSecret } from '@neonpanel/database/settings'
import { type TestControls, testEdge } from '@neonpanel/faults/test-controls'
import { flowsSettled } from '@neonpanel/flows/recording/journal'
import { createResourceRecorder } from '@neonpanel/flows/recording/resource-server'
import { healthRoutes } from '@neonpanel/process/health'
import type { Log } from '@neonpanel/process/log'
import type { Metrics } from '@neonpanel/process/metrics'
import { requestLog } from '@neonpanel/process/request-log'
import { followClock, type SharedClock } from '@neonpanel/process/shared-clock'
import Koa from 'koa'
import { createAccessTokenVerifier, type VerifyAccessToken } from './access-token-verifier.ts'
import {
  mirrorAuthorizationServerMetadata,
  redirectFallbackEndpoints,
} from './authorization-server-mirror.ts'
import { createChallengeReport } from './challenge-report.ts'
import type { Config } from './config.ts'
import { faultEdge } from './fault-edge.ts'
import { checkHost, checkOrigin, servedHosts } from './host-and-origin.ts'
import { createIntrospection, type Introspect } from './introspection.ts'
import { createJwtVerifier } from './jwt-access-token.ts'
import { createMcpEndpoint } from './mcp/endpoint.ts'
import { defaultLimits, type Limits } from './mcp/limits.ts'
import { neededScopesOf } from './mcp/needed-scopes.ts'
import type { ServerPart } from './mcp/server-part.ts'
import type { Tool } from './mcp/tool.ts'
import { describeServer, protectedResourceMetadata } from './metadata.ts'
import { onlyServedPaths } from './only-served-paths.ts'
import { createProofJudge } from './proof-of-possession.ts'
import { renderErrors } from './render-errors.ts'
import { readRequestBody } from './request-body.ts'
import { requireAccessToken } from './require-access-token.ts'
import { resources as resourceKinds } from './resources/all.ts'
import { servedResources } from './served-resources.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'
import { tools as allTools } from './tools/all.ts'

export type { Limits, ServerPart }

export interface ResourceServer {
  readonly app: Koa
  readonly handler: RequestListener
  /** What the server needs to do its work, by name. */
  ready(): Promise<Record<string, boolean>>
  /** Ends sessions and open streams, so that the listener can drain. */
  close(): Promise<void>
}

/** The MCP resource server. What happens to a request is listed here in order. */
export async function createResourceServer({
  config,
  database,
  log,
  metrics,
  testControls,
  tools = allTools,
  parts,
  limits,
}: {
  config: Config
  database: Database
  log: Log
  metrics: Metrics
  testControls?: TestControls | undefined
  tools?: readonly Tool[]
  /** Composed in by whoever embeds the server; part of no start of the product. */
  parts?: readonly ServerPart[] | undefined
  /** In place of the default ones, for whoever measures how fast it is. */
  limits?: Partial<Limits> | undefined
}): Promise<ResourceServer> {
  const { issuer } = config
  const appSecret = config.appSecrets?.[0] ?? (await keptAppSecret(database))
  const resources = servedResources(config.mcpUrl)
  const keys = createSigningKeys({ jwksUrl: `${issuer}/oauth2/jwks` })
  const introspect = createIntrospection({
    url: `${issuer}/oauth2/introspect`,
    ...introspectionCredentials(appSecret),
  })
  const verifyAccessToken = accessTokenVerifier(config, introspect, keys)
  const reportChallenge = createChallengeReport(introspect)
  const judgePossession = createProofJudge({
    protocol: new URL(config.mcpUrl).protocol,
    hosts: servedHosts(config),
  })
  const neededScopes = neededScopesOf(tools, resourceKinds)
  const mcp = createMcpEndpoint({
    config,
    appSecret,
    database,
    tools,
    parts,
    limits: { ...defaultLimits, ...limits },
    neededScopes,
    log,
    metrics,
  })
  const flows = createResourceRecorder({ database, log }, (path) => resources.has(path))
  const ready = () => readiness(database, keys)
  const clock = config.testControls ? await followTestClock(database, log) : undefined

  const app = new Koa({ proxy: config.trustProxy })
  app.on('error', (error) => log.error({ err: error }, 'answer failed'))
  app.use(requestLog(log)).use(metrics.observeRequests).use(flows.recordRefusals)
  for (const edge of testControls ? testEdge(testControls, faultEdge(config)) : []) app.use(edge)
  app
    .use(renderErrors((path) => resources.has(path)))
    .use(healthRoutes({ log, ready }))
    .use(metrics.route)
    .use(checkHost(config))
    .use(describeServer(config.mcpUrl, issuer))
    .use(protectedResourceMetadata(resources, issuer))
    .use(mirrorAuthorizationServerMetadata(issuer))
    .use(redirectFallbackEndpoints(issuer))
    .use(onlyServedPaths(resources))
    .use(checkOrigin(config))
    .use(readRequestBody)
    .use(requireAccessToken({ verifyAccessToken, judgePossession, neededScopes, reportChallenge }))
    .use(flows.recordFirstUses)
    .use(mcp.limit)
    .use(mcp.answer)

  return { app, handler: app.callback(), ready, close }

  async function close() {
    clock?.close()
    await mcp.close()
    await flowsSettled(database)
  }
}

/** The clock that tests shift at the authorization server, in whatever process that is. */
function followTestClock(database: Database, log: Log): Promise<SharedClock> {
  const report = (error: unknown) => log.error({ err: error }, 'the clock could not be followed')
  return followClock(clockStore(database), report)
}

function accessTokenVerifier(
  { issuer, mcpUrl, revocationCheckSeconds }: Config,
  introspect: Introspect,
  keys: SigningKeys,
): VerifyAccessToken {
  return createAccessTokenVerifier({
    verifyJwt: createJwtVerifier({ keys, issuer, resource: mcpUrl }),
    introspect,
    issuer,
    resource: mcpUrl,
    revocationCheckSeconds,
  })
}

async function readiness(database: Database, keys: SigningKeys) {
  const [reachable, loaded] = await Promise.allSettled([database.ping(), keys.load()])
  return { database: reachable.status === 'fulfilled', keys: loaded.status === 'fulfilled' }
}
