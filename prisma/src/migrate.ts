import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

/** The database's history contradicts the migrations of this version; the message says how. */
export class MigrationHistoryError extends Error {
  override readonly name = 'MigrationHistoryError'
  readonly advice = 'Restore the migrations that this database knows, or choose another database.'
}

interface Migration {
  name: string
  sql: string
  /** SHA-256 of the file, as Prisma computes it. */
  checksum: string
}

interface HistoryRow {
  migration_name: string
  checksum: string
  finished_at: Date | null
  rolled_back_at: Date | null
}

const readHistory = statement(
  'migration_history',
  'SELECT "migration_name", "checksum", "finished_at", "rolled_back_at" FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL',
)

const recordMigration = statement(
  'migration_record',
  `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
   VALUES ($1, $2, $3, $4, $5, 1)`,
)

/**
 * Applies, in order and in one transaction, the migrations that the database lacks; answers their names. Of several
 * processes that start together one applies them and the others wait. Keeps the history of Prisma's own tool, so that
 * `prisma migrate deploy` and this agree. Throws `MigrationHistoryError`.
 */
export async function migrate(database: Database): Promise<string[]> {
  if ((await pendingMigrations(database)).length === 0) return []
  const migrations = readMigrations(database.engine)
  return database.migrations.underLock(async (script, query) => {
    await script(database.migrations.historyTable)
    const pending = selectPending(migrations, await query<HistoryRow>(readHistory, []))
    for (const { name, sql, checksum } of pending) {
      const startedAt = new Date()
      await script(sql)
      await query(recordMigration, [randomUUID(), checksum, name, startedAt, new Date()])
    }
    return pending.map(({ name }) => name)
  })
}

/** Names of the migrations that the database lacks; all of them when it has no history at all. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const migrations = readMigrations(database.engine)
  return selectPending(migrations, await historyIfAny(database)).map(({ name }) => name)
}

async function historyIfAny({ migrations, query }: Database): Promise<HistoryRow[]> {
  const [exists] = await query(migrations.historyExists, [])
  return exists === undefined ? [] : query<HistoryRow>(readHistory, [])
}

function selectPending(migrations: Migration[], history: HistoryRow[]): Migration[] {
  const applied = new Map(history.map((row) => [row.migration_name, row]))
  for (const { name, checksum } of migrations) {
    const row = applied.get(name)
    if (row !== undefined && row.finished_at === null) {
      throw new MigrationHistoryError(
        `The migration ${name} failed earlier and was never resolved.`,
      )
    }
    if (row !== undefined && row.checksum !== checksum) {
      throw new MigrationHistoryError(`The migration ${name} is not the one that was applied.`)
    }
  }
  return migrations.filter(({ name }) => !applied.has(name))
}

const known = new Map<Database['engine'], Migration[]>()

function readMigrations(engine: Database['engine']): Migration[] {
  const cached = known.get(engine)
  if (cached !== undefined) return cached
  const folder = new URL(`../migrations/${engine}/`, import.meta.url)
  const migrations = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
  known.set(engine, migrations)
  return migrations
}
