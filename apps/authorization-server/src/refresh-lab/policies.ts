import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { FindPolicy, RotationPolicy } from '../provider/refresh-rotation.ts'

/** How authorization servers out there rotate refresh tokens, each as what this one shall do instead. */
export const policies = {
  none: {
    says: 'The refresh token stays; every refresh gives another access token alone.',
    policy: () => ({ rotates: false, leewaySeconds: 0, successor: 'same', onReuse: 'refuse' }),
  },
  rotate: {
    says: 'Every refresh gives another refresh token; a used one is refused, and nothing else ends.',
    policy: () => ({ rotates: true, leewaySeconds: 0, successor: 'own', onReuse: 'refuse' }),
  },
  leeway: {
    says: 'Within the leeway a used one gives a new family branch of its own; later it ends the family.',
    policy: (leewaySeconds) => ({
      rotates: true,
      leewaySeconds,
      successor: 'own',
      onReuse: 'revoke',
    }),
  },
  replay: {
    says: 'Within the leeway a used one gives the very token that its first use gave; later it ends the family.',
    policy: (leewaySeconds) => ({
      rotates: true,
      leewaySeconds,
      successor: 'same',
      onReuse: 'revoke',
    }),
  },
  strict: {
    says: 'A used one ends the family at once (RFC 9700 section 4.14.2).',
    policy: () => ({ rotates: true, leewaySeconds: 0, successor: 'same', onReuse: 'revoke' }),
  },
} as const satisfies Record<
  string,
  { says: string; policy: (leewaySeconds: number) => RotationPolicy }
>

export type PolicyName = keyof typeof policies

export const policyNames = Object.keys(policies) as [PolicyName, ...PolicyName[]]

const chosenSchema = z.object({ policy: z.enum(policyNames), leewaySeconds: z.number() })

export type ChosenPolicy = z.output<typeof chosenSchema>

/** The policies that tests chose: for everybody, and for single clients. */
export interface ChosenPolicies {
  readonly everybody: ChosenPolicy | undefined
  readonly byClient: ReadonlyMap<string, ChosenPolicy>
}

const prefix = 'refresh-policy'

const readAll = statement(
  'refresh_policy_read',
  'SELECT "key", "value" FROM "Setting" WHERE "key" LIKE $1',
)

const write = statement(
  'refresh_policy_write',
  `INSERT INTO "Setting" ("key", "value") VALUES ($1, $2)
   ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`,
)

const removeAll = statement('refresh_policy_remove', 'DELETE FROM "Setting" WHERE "key" LIKE $1')

type Queried = Pick<Database, 'query'>

/** Kept in the database, so that every process on it does the same. */
export async function readPolicies({ query }: Queried): Promise<ChosenPolicies> {
  const rows = await query<{ key: string; value: string }>(readAll, [`${prefix}%`])
  const all = new Map(rows.map(({ key, value }) => [key, chosenSchema.parse(JSON.parse(value))]))
  const everybody = all.get(prefix)
  all.delete(prefix)
  const byClient = new Map([...all].map(([key, chosen]) => [key.slice(prefix.length + 1), chosen]))
  return { everybody, byClient }
}

export async function choosePolicy(
  { query }: Queried,
  clientId: string | undefined,
  chosen: ChosenPolicy,
): Promise<void> {
  const key = clientId === undefined ? prefix : `${prefix}:${clientId}`
  await query(write, [key, JSON.stringify(chosen)])
}

export async function forgetPolicies({ query }: Queried): Promise<void> {
  await query(removeAll, [`${prefix}%`])
}

/** For `refreshRotation`: only where there are test controls. */
export function chosenPolicy(
  { testControls }: Pick<Config, 'testControls'>,
  database: Database,
): FindPolicy | undefined {
  if (!testControls) return undefined
  return async (clientId) => {
    const { everybody, byClient } = await readPolicies(database)
    const chosen = (clientId === undefined ? undefined : byClient.get(clientId)) ?? everybody
    return chosen && policies[chosen.policy].policy(chosen.leewaySeconds)
  }
}
