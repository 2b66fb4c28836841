import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLocalAnnouncements } from '../announcements.ts'
import type { PrismaClient } from '../client.ts'
import type { Database, MigrationDriver } from '../database.ts'
import { type InsertRows, identifier, type Query, type Statement, statement } from '../statement.ts'
import {
  openConnection,
  type SqliteConnection,
  type SqliteResult,
  type SqliteSession,
} from './connection.ts'
import { lockDirectory } from './directory-lock.ts'

/**
 * Opens `memory:`, a database that only this process sees and that is gone when closed, every one its own; or
 * `file:<path>`, whose directory this process then holds until it closes.
 */
export async function openSqlite(url: string): Promise<Database> {
  if (url === 'memory:') return openPath(':memory:', () => {})
  const path = url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length))
  const unlock = lockDirectory(dirname(path))
  try {
    return await openPath(path, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function openPath(path: string, unlock: () => void): Promise<Database> {
  const connection = openConnection(path)
  const prisma = await createPrisma(connection)
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= prisma
      .$disconnect()
      .then(() => connection.close())
      .finally(unlock)
    return closing
  }
  const query: Query = (statement, values) =>
    connection.run((session) => readRows(session.execute(statement.sqlite, values)))
  const insertRows: InsertRows = (table, columns, rows) =>
    rows.length === 1
      ? connection.run((session) => insertInto(session, table, columns, rows))
      : inTransaction(connection, async (session) => insertInto(session, table, columns, rows))
  return {
    engine: 'sqlite',
    prisma,
    query,
    insertRows,
    copyRowsFrom: (file, tables) => connection.run((session) => copyRows(session, file, tables)),
    transaction: (work) =>
      inTransaction(connection, (session) =>
        work(queryOn(session), async (table, columns, rows) =>
          insertInto(session, table, columns, rows),
        ),
      ),
    announcements: createLocalAnnouncements(),
    migrations: migrationDriver(connection),
    ping: async () => {
      await connection.run((session) => session.execute('SELECT 1', []))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function createPrisma(connection: SqliteConnection): Promise<PrismaClient> {
  const generated = '../../generated/sqlite/client/client.ts'
  const [{ PrismaClient }, { prismaAdapter }] = await Promise.all([
    // One shape, so one set of types: those of the PostgreSQL client.
    import(generated) as Promise<typeof import('../../generated/postgresql/client/client.ts')>,
    import('./prisma-adapter.ts'),
  ])
  return new PrismaClient({ adapter: prismaAdapter(connection) })
}

function queryOn(session: SqliteSession): Query {
  return async (statement: Statement, values) => readRows(session.execute(statement.sqlite, values))
}

async function inTransaction<Result>(
  connection: SqliteConnection,
  work: (session: SqliteSession) => Promise<Result>,
): Promise<Result> {
  const { session, within, release } = await connection.hold()
  try {
    session.execute('BEGIN IMMEDIATE', [])
    try {
      const result = await within(() => work(session))
      session.execute('COMMIT', [])
      return result
    } catch (error) {
      session.rollback()
      throw error
    }
  } finally {
    release()
  }
}

function insertInto(
  session: SqliteSession,
  ...[table, columns, rows]: Parameters<InsertRows>
): number {
  const names = columns.map(identifier).join(', ')
  const parameters = columns.map((_, index) => `?${index + 1}`).join(', ')
  const sql = `INSERT INTO ${identifier(table)} (${names}) VALUES (${parameters}) ON CONFLICT DO NOTHING`
  let inserted = 0
  for (const row of rows) inserted += session.execute(sql, row).rowsAffected
  return inserted
}

/**
 * Page by page, which SQLite does without a condition in the SELECT and without foreign keys to watch: the file is whole.
 */
function copyRows(session: SqliteSession, file: string, tables: readonly string[]): void {
  session.execute('ATTACH ?1 AS source', [file])
  session.script('PRAGMA foreign_keys = OFF')
  try {
    session.execute('BEGIN IMMEDIATE', [])
    for (const table of tables.map(identifier)) {
      const { rows } = session.execute(`SELECT 1 FROM main.${table} LIMIT 1`, [])
      if (rows.length > 0) continue
      session.execute(`INSERT INTO main.${table} SELECT * FROM source.${table}`, [])
    }
    session.execute('COMMIT', [])
  } finally {
    session.rollback()
    session.script('PRAGMA foreign_keys = ON; DETACH source')
  }
}

function readRows<Row>({ columns, columnTypes, rows }: SqliteResult): Row[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {}
    for (const [index, column] of columns.entries()) {
      row[column] = readValue(values[index], columnTypes[index])
    }
    return row as Row
  })
}

function readValue(value: unknown, declaredType: string | undefined): unknown {
  if (value === null) return null
  if (declaredType === 'BOOLEAN') return value === 1
  if (declaredType === 'DATETIME' && typeof value === 'string') return new Date(value)
  return value
}

const historyTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`

const historyExists = statement(
  'migration_history_exists_sqlite',
  `SELECT 1 FROM sqlite_master WHERE "type" = 'table' AND "name" = '_prisma_migrations'`,
)

function migrationDriver(connection: SqliteConnection): MigrationDriver {
  return {
    historyTable,
    historyExists,
    async underLock(work) {
      // Rebuilding a table drops it, and with foreign keys on that deletes what refers to it. The pragma is without
      // effect inside a transaction, so it is set around it.
      await connection.run((session) => session.script('PRAGMA foreign_keys = OFF'))
      try {
        return await inTransaction(connection, async (session) => {
          const result = await work(async (sql) => session.script(sql), queryOn(session))
          const { rows } = session.execute('PRAGMA foreign_key_check', [])
          if (rows.length > 0) throw new Error('A migration left references to rows that are gone.')
          return result
        })
      } finally {
        await connection.run((session) => session.script('PRAGMA foreign_keys = ON'))
      }
    },
  }
}
