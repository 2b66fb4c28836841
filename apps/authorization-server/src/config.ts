import { isLocal, serverUrls, serverUrlVariables } from '@neonpanel/contracts/server-urls'
import { databaseUrl } from '@neonpanel/database/database-url'
import {
  nonNegativeInteger,
  parseEnvironment,
  port,
  positiveInteger,
  processEnvironment,
} from '@neonpanel/process/environment'
import { z } from 'zod'

const localAdminToken = 'neonpanel-local-admin'

const variables = z.object({
  AUTH_PORT: port
    .default(4400)
    .describe('port of the authorization server; 0 = any free one, which the URLs below follow'),
  MCP_PORT: port
    .default(4401)
    .describe('port of the resource server; 0 = any free one, which the URLs below follow'),
  ...processEnvironment,
  ...serverUrlVariables,
  SEED: z.enum(['demo', 'none'], { error: 'must be demo or none' }).optional().meta({
    description: '`demo` or `none`',
    fallback: '`demo` on a loopback issuer, else `none`',
  }),
  SEED_FILE: z.string().optional().meta({
    description:
      'JSON or YAML file with people, companies, clients and signing keys, added to what `SEED` says (docs/testing/seed-file.md)',
    fallback: 'unset',
  }),
  ADMIN_TOKEN: z
    .string()
    .optional()
    .meta({
      description: 'bearer for the admin API, 24 characters or more off loopback',
      fallback: `on a loopback issuer \`${localAdminToken}\`, else required`,
    }),
  ACCESS_TOKEN_TTL_SECONDS: positiveInteger.default(3600).describe('lifetime of an access token'),
  AUTHORIZATION_CODE_TTL_SECONDS: positiveInteger
    .default(600)
    .describe('lifetime of an authorization code'),
  REFRESH_TOKEN_TTL_SECONDS: positiveInteger
    .default(2_592_000)
    .describe('lifetime of a refresh token (30 d): sliding, capped by the grant'),
  INITIAL_ACCESS_TOKEN_TTL_SECONDS: positiveInteger
    .default(900)
    .describe('lifetime of an initial access token unless said otherwise when minting'),
  ACCESS_TOKEN_FORMAT: z
    .enum(['jwt', 'opaque'], { error: 'must be jwt or opaque' })
    .default('jwt')
    .describe('`jwt` (RFC 9068, ES256) or `opaque`'),
  REGISTRATION_MODE: z
    .enum(['iat', 'open', 'off'], { error: 'must be iat, open or off' })
    .default('iat')
    .describe(
      '`iat` (initial access token required), `open`, `off` (no registration endpoint, metadata says so)',
    ),
  REFRESH_LEEWAY_SECONDS: nonNegativeInteger
    .default(10)
    .describe(
      'a retried refresh within it gets a good answer; later reuse revokes the family; 0 = strict',
    ),
})

/** The variables of the authorization server; the configuration table of the README is rendered from it. */
export const environmentSchema = variables
  .refine((set) => isLocal(set) || set.APP_SECRET !== undefined, {
    path: ['APP_SECRET'],
    error: 'is required when ISSUER_URL is not a loopback address',
    when: always,
  })
  .refine((set) => isLocal(set) || (set.ADMIN_TOKEN?.length ?? 0) >= 24, {
    path: ['ADMIN_TOKEN'],
    error: 'must have 24 characters or more when ISSUER_URL is not a loopback address',
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
 * The configuration of the authorization server. Times are seconds.
 *
 * @throws EnvironmentError with every problem at once
 */
export function parseConfig(environment: Record<string, string | undefined>) {
  const set = parseEnvironment(environmentSchema, environment)
  const local = isLocal(set)
  return {
    host: set.HOST,
    port: set.AUTH_PORT,
    ...serverUrls(set),
    /** Whether the issuer is a loopback address: nobody but this machine can reach it. */
    isLocal: local,
    databaseUrl: databaseUrl(set.DATABASE_URL, set.DATA_DIR),
    seed: set.SEED ?? (local ? 'demo' : 'none'),
    /** Path of a file whose contents are added to the seed. */
    seedFile: set.SEED_FILE,
    adminToken: set.ADMIN_TOKEN ?? localAdminToken,
    /** The one in use, then those that it replaced; undefined on loopback, where the database keeps a generated one. */
    appSecrets: set.APP_SECRET,
    accessTokenTtlSeconds: set.ACCESS_TOKEN_TTL_SECONDS,
    authorizationCodeTtlSeconds: set.AUTHORIZATION_CODE_TTL_SECONDS,
    refreshTokenTtlSeconds: set.REFRESH_TOKEN_TTL_SECONDS,
    initialAccessTokenTtlSeconds: set.INITIAL_ACCESS_TOKEN_TTL_SECONDS,
    accessTokenFormat: set.ACCESS_TOKEN_FORMAT,
    registrationMode: set.REGISTRATION_MODE,
    refreshLeewaySeconds: set.REFRESH_LEEWAY_SECONDS,
    trustProxy: set.TRUST_PROXY,
    testControls: set.TEST_CONTROLS === undefined ? local : set.TEST_CONTROLS !== false,
    logLevel: set.LOG_LEVEL,
    logFormat: set.LOG_FORMAT,
  }
}
