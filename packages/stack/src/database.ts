import { databaseUrl } from '@neonpanel/database/database-url'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { seed } from '@neonpanel/database/seed'
import type { Environment } from './stack.ts'

/** Applies what is missing to the database that the environment names; the names of what was applied. */
export async function migrateDatabase(environment: Environment): Promise<string[]> {
  await using database = await open(environment)
  return await migrate(database)
}

/**
 * Fills the database that the environment names with the demo, or with a seed file instead, migrating it first.
 *
 * @throws SeedFileError with everything that is wrong with the file
 */
export async function seedDatabase(environment: Environment, file?: string): Promise<void> {
  await using database = await open(environment)
  await migrate(database)
  if (file === undefined) return await seed(database, { seed: 'demo' })
  const [{ parseConfig }, { applySeedFile }] = await Promise.all([
    import('@neonpanel/authorization-server/config'),
    import('@neonpanel/authorization-server/seed-file'),
  ])
  const { appSecrets, accessTokenTtlSeconds } = parseConfig(environment)
  await applySeedFile(database, { path: file, appSecrets, accessTokenTtlSeconds })
}

function open({ DATABASE_URL, DATA_DIR }: Environment): Promise<Database> {
  return openDatabase(databaseUrl(DATABASE_URL || undefined, DATA_DIR || '.neonpanel'))
}
