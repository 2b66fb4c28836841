import { randomBytes } from 'node:crypto'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const readSetting = statement('setting_read', 'SELECT "value" FROM "Setting" WHERE "key" = $1')

const createSetting = statement(
  'setting_create',
  'INSERT INTO "Setting" ("key", "value") VALUES ($1, $2) ON CONFLICT ("key") DO NOTHING',
)

/**
 * The APP_SECRET of a stack that was given none: 32 random bytes, base64url. Made once per database, whoever of several
 * processes asks first.
 */
export async function appSecret(database: Database): Promise<string> {
  const secret = await keptAppSecret(database)
  if (secret !== undefined) return secret
  await database.query(createSetting, ['APP_SECRET', randomBytes(32).toString('base64url')])
  return (await keptAppSecret(database))!
}

/** The APP_SECRET that was made for this database, if one was ever needed. */
export async function keptAppSecret({ query }: Database): Promise<string | undefined> {
  const [row] = await query<{ value: string }>(readSetting, ['APP_SECRET'])
  return row?.value
}
