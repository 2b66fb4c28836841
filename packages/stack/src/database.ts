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

/** Fills the database that the environment names with the demo, migrating it first. */
export async function seedDatabase(environment: Environment): Promise<void> {
  await using database = await open(environment)
  await migrate(database)
  await seed(database, { seed: 'demo' })
}

function open({ DATABASE_URL, DATA_DIR }: Environment): Promise<Database> {
  return openDatabase(databaseUrl(DATABASE_URL || undefined, DATA_DIR || '.neonpanel'))
}
