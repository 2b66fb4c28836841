import { join } from 'node:path'
import { isLoopbackUrl, issuerUrl, resourceUrl } from '@neonpanel/contracts/urls'
import {
  flag,
  nonNegativeInteger,
  parseEnvironment,
  port,
  processEnvironment,
  secrets,
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
  ISSUER_URL: issuerUrl.optional().meta({
    description: 'issuer identifier; http only for loopback hosts',
    fallback: '`http://localhost:$AUTH_PORT`',
  }),
  MCP_URL: resourceUrl.optional().meta({
    description: 'canonical resource identifier, the `aud` of access tokens',
    fallback: '`http://localhost:$MCP_PORT/mcp`',
  }),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { error: 'must start with postgresql://' })
    .optional()
    .meta({
      description: '`postgresql://…`; unset = embedded SQLite (libSQL) in `DATA_DIR`',
      fallback: 'unset',
    }),
  DATA_DIR: z
    .string()
    .default('.neonpanel')
    .describe('embedded database directory, one process at a time; `memory` = nothing left behind'),
  APP_SECRET: secrets.optional().meta({
    description:
      'derives cookie keys and encrypts private signing keys at rest; `new,old` replaces it',
    fallback: 'generated into the database on loopback, else required',
  }),
  REVOCATION_CHECK_SECONDS: nonNegativeInteger
    .default(5)
    .describe(
      'how long the resource server trusts a positive introspection answer; 0 = ask every time',
    ),
  LEGACY_SSE: flag.default(true).describe('HTTP+SSE transport of MCP revision 2024-11-05'),
  TEST_CONTROLS: z
    .union([z.literal('staging'), flag], { error: 'must be true, false or staging' })
    .optional()
    .meta({
      description:
        'exposes fault injection, the virtual clock and reset; off loopback only as `staging`',
      fallback: 'true on a loopback issuer, else false',
    }),
})

type Variables = z.output<typeof variables>

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

function isLocal({ ISSUER_URL }: { ISSUER_URL?: string | undefined }): boolean {
  return ISSUER_URL === undefined || isLoopbackUrl(ISSUER_URL)
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
    issuer: set.ISSUER_URL ?? `http://localhost:${set.AUTH_PORT}`,
    mcpUrl: set.MCP_URL ?? `http://localhost:${set.MCP_PORT}/mcp`,
    databaseUrl: databaseUrl(set),
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

function databaseUrl({ DATABASE_URL, DATA_DIR }: Variables): string {
  if (DATABASE_URL !== undefined) return DATABASE_URL
  return DATA_DIR === 'memory' ? 'memory:' : `file:${join(DATA_DIR, 'neonpanel.db')}`
}
