import { databaseUrl } from './database-url.ts'
import { MigrationHistoryError, migrate } from './migrate.ts'
import { openDatabase } from './open.ts'
import { DirectoryInUseError } from './sqlite/directory-lock.ts'
import { DatabaseUnavailableError } from './unavailable.ts'

// `npm run migrate`: applies migrations to DATABASE_URL, or to the embedded database in DATA_DIR, and exits.

// biome-ignore lint/style/noProcessEnv: this is the whole program, and these two are all it reads
const { DATABASE_URL, DATA_DIR } = process.env

try {
  await using database = await openDatabase(
    databaseUrl(DATABASE_URL || undefined, DATA_DIR || '.neonpanel'),
  )
  const applied = await migrate(database)
  for (const name of applied) console.log(`applied ${name}`)
  if (applied.length === 0) console.log('Nothing to apply: the database is up to date.')
} catch (error) {
  if (!isExpected(error)) throw error
  console.error(error.message)
  process.exitCode = 1
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof DatabaseUnavailableError ||
    error instanceof DirectoryInUseError ||
    error instanceof MigrationHistoryError
  )
}
