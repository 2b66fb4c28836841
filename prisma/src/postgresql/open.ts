import pg from 'pg'
import type { Database, MigrationDriver } from '../database.ts'
import { type InsertRows, identifier, type Query, statement } from '../statement.ts'
import { DatabaseUnavailableError } from '../unavailable.ts'
import { createPostgresqlAnnouncements } from './announcements.ts'
import { prismaAdapter } from './prisma-adapter.ts'

/** A frozen server must not hold requests for longer than their clients wait. */
const timeouts = { connectMs: 5_000, queryMs: 8_000, pingMs: 2_000, migrateMs: 300_000 }

const notify = 'SELECT pg_notify($1, $2)'

/** Opens a pool; answers once the server did. Throws `DatabaseUnavailableError` otherwise. */
export async function openPostgresql(url: string, connections: number): Promise<Database> {
  const generated = import('../../generated/postgresql/client/client.ts')
  const config = poolConfig(url)
  const pool = new pg.Pool({
    ...config,
    max: connections,
    query_timeout: timeouts.queryMs,
    // The server gives up before this side does, lest a statement take effect after its failure was reported.
    statement_timeout: timeouts.queryMs - 500,
  })
  // An idle connection that breaks has left the pool already; whoever comes next gets a new one.
  pool.on('error', () => {})
  const { PrismaClient } = await generated
  const prisma = new PrismaClient({ adapter: prismaAdapter(pool, schemaOf(url)) })
  const announcements = createPostgresqlAnnouncements(
    { ...config, query_timeout: timeouts.queryMs },
    (channel, payload) => answered(pool.query(notify, [channel, payload])),
  )
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= Promise.all([announcements.close(), prisma.$disconnect()]).then(() => pool.end())
    return closing
  }
  const database: Database = {
    engine: 'postgresql',
    prisma,
    query: queryOn(pool),
    insertRows: (table, columns, rows) =>
      rows.length <= rowsPerInsert
        ? insertInto(pool)(table, columns, rows)
        : inTransaction(pool, (client) => insertInto(client)(table, columns, rows)),
    transaction: (work) =>
      inTransaction(pool, (client) => work(queryOn(client), insertInto(client))),
    announcements,
    migrations: migrationDriver(config),
    ping: async () => {
      const request = { text: 'SELECT 1', query_timeout: timeouts.pingMs }
      await answered(pool.query(request))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  try {
    await database.ping()
  } catch (error) {
    await close()
    throw new DatabaseUnavailableError(`${describe(config)} does not answer: ${reason(error)}`, {
      cause: error,
    })
  }
  return database
}

/** `?schema=` is Prisma's own parameter; the server knows it as the search path. */
function schemaOf(url: string): string | undefined {
  return new URL(url).searchParams.get('schema') ?? undefined
}

function poolConfig(url: string): pg.ClientConfig {
  const parsed = new URL(url)
  const schema = schemaOf(url)
  parsed.searchParams.delete('schema')
  return {
    connectionString: parsed.href,
    connectionTimeoutMillis: timeouts.connectMs,
    keepAlive: true,
    application_name: 'neonpanel',
    ...(schema === undefined ? {} : { options: `-c search_path=${identifier(schema)}` }),
  }
}

function describe({ connectionString = '' }: pg.ClientConfig): string {
  const { hostname, port, pathname } = new URL(connectionString)
  return `PostgreSQL at ${hostname}:${port || 5432}${pathname}`
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AggregateError) return cause.errors.map(reason).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}

function queryOn(connection: pg.Pool | pg.ClientBase): Query {
  return async ({ name, postgresql }, values) => {
    const { rows } = await answered(
      connection.query({ name, text: postgresql, values: values as unknown[] }),
    )
    return rows
  }
}

/** Tells a server that refused a statement (it has an SQLSTATE) from one that did not answer. */
async function answered<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer
  } catch (error) {
    if (isRefusal(error)) throw error
    throw new DatabaseUnavailableError('The database does not answer.', { cause: error })
  }
}

/** Classes 08 (connection), 53 (resources) and 57 (cancelled, shutting down) are about the server, not the statement. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(08|53|57)/.test(error.code ?? '08')
}

async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await answered(pool.connect())
  // A connection that breaks between two statements tells so; the next statement reports it.
  const ignore = () => {}
  client.on('error', ignore)
  let broken = false
  try {
    await answered(client.query('BEGIN'))
    const result = await work(client)
    await answered(client.query('COMMIT'))
    return result
  } catch (error) {
    broken = error instanceof DatabaseUnavailableError || !(await rolledBack(client))
    throw error
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  )
}

/** Rows per statement: large enough to be quick, small enough for the query timeout on a slow machine. */
const rowsPerInsert = 5_000

function insertInto(connection: pg.ClientBase | pg.Pool): InsertRows {
  return async (table, columns, rows) => {
    const insert = insertStatement(table, columns)
    let inserted = 0
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      const records = rows
        .slice(start, start + rowsPerInsert)
        .map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])))
      const values = [JSON.stringify(records)]
      const { rowCount } = await answered(connection.query({ ...insert, values }))
      inserted += rowCount ?? 0
    }
    return inserted
  }
}

const insertNames = new Map<string, string>()

/** Prepared: tables and their columns are few. */
function insertStatement(table: string, columns: readonly string[]) {
  const names = columns.map(identifier).join(', ')
  const text =
    `INSERT INTO ${identifier(table)} (${names}) ` +
    `SELECT ${names} FROM json_populate_recordset(NULL::${identifier(table)}, $1) ON CONFLICT DO NOTHING`
  const name = insertNames.get(text) ?? `insert_rows_${insertNames.size}`
  insertNames.set(text, name)
  return { name, text }
}

const historyTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`

const historyExists = statement(
  'migration_history_exists_postgresql',
  `SELECT 1 WHERE to_regclass('"_prisma_migrations"') IS NOT NULL`,
)

/** The advisory lock of Prisma's own migration tool, so that the two also wait for each other. */
const migrationLock = 72_707_369

function migrationDriver(config: pg.ClientConfig): MigrationDriver {
  return {
    historyTable,
    historyExists,
    async underLock(work) {
      // A connection of its own: rebuilding a large table takes longer than a request may.
      const client = new pg.Client({ ...config, query_timeout: timeouts.migrateMs })
      client.on('error', () => {})
      try {
        await answered(client.connect())
        await client.query('BEGIN')
        await client.query(`SELECT pg_advisory_xact_lock(${migrationLock})`)
        const result = await work(async (sql) => {
          await client.query(sql)
        }, queryOn(client))
        await client.query('COMMIT')
        return result
      } finally {
        // An open transaction ends with its connection.
        await client.end()
      }
    },
  }
}
