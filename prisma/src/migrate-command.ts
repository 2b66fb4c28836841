import { databaseUrl } from './database-url.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open.ts'

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
  // Errors with advice are for the person who runs this; anything else is a defect and keeps its stack.
  if (!(error instanceof Error && 'advice' in error)) throw error
  console.error(`${error.message}\n${error.advice}`)
  process.exitCode = 1
}
