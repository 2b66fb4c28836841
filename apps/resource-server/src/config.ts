import { isLocal, serverUrls, serverUrlVariables } from '@neonpanel/contracts/server-urls'
import { databaseUrl } from '@neonpanel/database/database-url'
import {
  flag,
  nonNegativeInteger,
  parseEnvironment,
  port,
  processEnvironment,
} from '@neonpanel/process/environment'
import { z } from 'zod'

const variables = z.object({
  MCP_PORT: port
    .default(4401)
    .describe('port of the resource server; 0 = any free one, which the URLs below follow'),
  AUTH_PORT: port
    .default(4400)
    .describe('port of the authorization server; 0 = any free one, which the URLs below follow'),
  ...processEnvironment,
  ...serverUrlVariables,
  REVOCATION_CHECK_SECONDS: nonNegativeInteger
    .default(5)
    .describe(
      'how long the resource server trusts a positive introspection answer; 0 = ask every time',
    ),
  LEGACY_SSE: flag.default(true).describe('HTTP+SSE transport of MCP revision 2024-11-05'),
})

/** The variables of the resource server; the configuration table of the README is rendered from it. */
export const environmentSchema = variables
  .refine((set) => isLocal(set) || set.APP_SECRET !== undefined, {
    path: ['APP_SECRET'],
    error: 'is required when ISSUER_URL is not a loopback address',
    when: always,
  })
  .refine((set) => isLocal(set) || set.TEST_CONTROLS !== true, {
    path: ['TEST_CONTROLS'],
    error: 'must not be true when ISSUER_URL is not a loopback address; staging is possible',
    when: always,
  })

/** Rules between variables are judged even when a variable by itself is wrong: all problems at once. */
function always() {
  return true
}

export type Config = ReturnType<typeof parseConfig>

/**
 * The configuration of the resource server. Times are seconds.
 *
 * @throws EnvironmentError with every problem at once
 */
export function parseConfig(environment: Record<string, string | undefined>) {
  const set = parseEnvironment(environmentSchema, environment)
  return {
    host: set.HOST,
    port: set.MCP_PORT,
    ...serverUrls(set),
    databaseUrl: databaseUrl(set.DATABASE_URL, set.DATA_DIR),
    /** The one in use, then those that it replaced; undefined on loopback, where the database keeps a generated one. */
    appSecrets: set.APP_SECRET,
    revocationCheckSeconds: set.REVOCATION_CHECK_SECONDS,
    legacySse: set.LEGACY_SSE,
    trustProxy: set.TRUST_PROXY,
    testControls: set.TEST_CONTROLS === undefined ? isLocal(set) : set.TEST_CONTROLS !== false,
    logLevel: set.LOG_LEVEL,
    logFormat: set.LOG_FORMAT,
  }
}
