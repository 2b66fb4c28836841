import { z } from 'zod'

/** Everything that is wrong with the environment, at once. Values are never part of it: they may be secrets. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'

  /** One sentence per variable, each starting with the variable's name. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['The environment is not usable:', ...problems.map((line) => `  ${line}`)].join('\n'))
    this.problems = problems
  }
}

/**
 * Reads the environment through a schema. An empty string counts as unset, as in a compose file or a CI form.
 *
 * @throws EnvironmentError with one problem per variable
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value))
  const result = schema.safeParse(set)
  if (result.success) return result.data
  const messages = new Map<string, string[]>()
  for (const issue of result.error.issues) {
    const variable = String(issue.path[0] ?? 'environment')
    const message = issue.path.length > 0 && !(variable in set) ? missing(issue) : issue.message
    messages.set(variable, [...(messages.get(variable) ?? []), message])
  }
  throw new EnvironmentError([...messages].map(([name, all]) => `${name} ${all.join('; ')}`))
}

/** zod says "expected string, received undefined"; a person wants to hear that it is missing. */
function missing(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' ? 'is required' : issue.message
}

const integer = (error: string, fits: (value: number) => boolean) =>
  z
    .string({ error })
    .refine((digits) => /^\d{1,15}$/.test(digits) && fits(Number(digits)), { error })
    .transform(Number)

/** A listening port; 0 asks the system for any free one. */
export const port = integer('must be a port from 0 to 65535', (value) => value <= 65_535)

export const positiveInteger = integer('must be a whole number above 0', (value) => value > 0)

export const nonNegativeInteger = integer('must be a whole number, 0 or more', () => true)

/** A switch as people spell it. */
export const flag = z.stringbool({
  truthy: ['true', 'on', '1', 'yes'],
  falsy: ['false', 'off', '0', 'no'],
  error: 'must be true or false',
})

/** A secret of 32 bytes or more in base64url; behind commas the ones that it replaced. The one in use comes first. */
export const secrets = z
  .string()
  .regex(/^[\w-]{43,}(, ?[\w-]{43,})*$/, {
    error: 'must be 32 bytes or more in base64url, and so must what it replaced be, behind a comma',
  })
  .transform((list) => list.split(/, ?/) as [current: string, ...former: string[]])

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

export const logFormats = ['pretty', 'json'] as const

export type LogFormat = (typeof logFormats)[number]

/**
 * Variables of any server process, to spread into its schema. `meta.fallback` says in words what a computed default is:
 * the configuration table is rendered from it.
 */
export const processEnvironment = {
  HOST: z.string().default('127.0.0.1').describe('listening address'),
  TRUST_PROXY: flag
    .default(false)
    .describe('honour `X-Forwarded-*` from a TLS-terminating proxy in front'),
  LOG_LEVEL: z
    .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
    .default('info')
    .describe(`one of ${logLevels.join(', ')}`),
  LOG_FORMAT: z
    .enum(logFormats, { error: `must be one of ${logFormats.join(', ')}` })
    .default(() => (process.stdout.isTTY ? 'pretty' : 'json'))
    .meta({ description: '`pretty` or `json`', fallback: '`pretty` on a terminal, else `json`' }),
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
  TEST_CONTROLS: z
    .union([z.literal('staging'), flag], { error: 'must be true, false or staging' })
    .optional()
    .meta({
      description:
        'exposes fault injection, the virtual clock and reset; off loopback only as `staging`',
      fallback: 'true on a loopback issuer, else false',
    }),
}
