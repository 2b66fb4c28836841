import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { z } from 'zod'

/** What somebody does who signs in and decides by themselves: under test controls alone. */
export const behaviourSchema = z
  .strictObject({
    mode: z
      .enum(['approve', 'deny', 'abandon', 'slow'])
      .describe('abandon: signs in, then leaves the consent page; slow: approves late'),
    delay_ms: z
      .int()
      .min(0)
      .max(600_000)
      .optional()
      .describe('Before the decision, in real time; default 0, for slow 3000'),
    scopes: z
      .union([
        z.literal('offered').describe('What the page has ticked'),
        z.array(z.enum(resourceScopes as readonly [Scope, ...Scope[]])),
      ])
      .optional()
      .describe('What is ticked; default everything that was asked for and is permitted'),
    companies: z.array(z.string()).min(1).optional().describe('Names or ids; default all'),
  })
  .meta({ id: 'AutoConsent' })

export type Behaviour = z.output<typeof behaviourSchema>

/** Who decides by themselves, and how. */
export interface AutoConsentSettings {
  /** For who has no behaviour of their own. */
  readonly fallback: (Behaviour & { readonly personId: string }) | undefined
  readonly byPerson: ReadonlyMap<string, Behaviour>
}

const prefix = 'auto-consent'

const readAll = statement(
  'auto_consent_read',
  `SELECT "key", "value" FROM "Setting" WHERE "key" LIKE $1`,
)

const write = statement(
  'auto_consent_write',
  `INSERT INTO "Setting" ("key", "value") VALUES ($1, $2)
   ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`,
)

const remove = statement('auto_consent_remove', 'DELETE FROM "Setting" WHERE "key" = $1')

const removeAll = statement('auto_consent_remove_all', 'DELETE FROM "Setting" WHERE "key" LIKE $1')

export async function readAutoConsent({
  query,
}: Pick<Database, 'query'>): Promise<AutoConsentSettings> {
  const rows = await query<{ key: string; value: string }>(readAll, [`${prefix}%`])
  const fallback = rows.find(({ key }) => key === prefix)
  const own = rows.filter((row) => row !== fallback)
  return {
    fallback: fallback && JSON.parse(fallback.value),
    byPerson: new Map(
      own.map(({ key, value }) => [key.slice(prefix.length + 1), JSON.parse(value) as Behaviour]),
    ),
  }
}

/** @param personId whose behaviour it is; undefined: that of everybody who has none of their own */
export async function changeAutoConsent(
  { query }: Pick<Database, 'query'>,
  personId: string | undefined,
  behaviour: Behaviour | (Behaviour & { personId: string }) | null,
): Promise<void> {
  const key = personId === undefined ? prefix : `${prefix}:${personId}`
  if (behaviour) await query(write, [key, JSON.stringify(behaviour)])
  else await query(remove, [key])
}

/** From now on everybody decides for themselves, at a page. */
export async function clearAutoConsent({ query }: Pick<Database, 'query'>): Promise<void> {
  await query(removeAll, [`${prefix}%`])
}
