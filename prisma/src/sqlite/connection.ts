import { AsyncLocalStorage } from 'node:async_hooks'
import Libsql from 'libsql'
import type { SqlValue } from '../statement.ts'

/** What one statement answered: rows as arrays, and the declared type of each column. */
export interface SqliteResult {
  columns: string[]
  columnTypes: string[]
  rows: unknown[][]
  rowsAffected: number
}

/**
 * The one connection to an embedded database. libSQL works synchronously, so a second connection of this process that
 * waited for a write lock would stop the event loop in which the first one is to release it: everybody takes turns on one.
 */
export interface SqliteConnection {
  /** Waits for an open transaction to end, then runs `work` at once. */
  run<Result>(work: (session: SqliteSession) => Result): Promise<Result>
  /** Keeps the connection until `release`; the caller begins and ends the transaction. */
  hold(): Promise<Held>
  close(): Promise<void>
}

export interface Held {
  session: SqliteSession
  /** Runs the work of the transaction; what it asks of the connection itself fails, as it would wait for its own end. */
  within<Result>(work: () => Promise<Result>): Promise<Result>
  release(): void
}

/** Synchronous access for whoever has the turn. */
export interface SqliteSession {
  execute(sql: string, values: readonly SqlValue[]): SqliteResult
  script(sql: string): void
  /** Ends the open transaction, if an error has not ended it already. */
  rollback(): void
}

/** Most texts are the application's own; the bound is for what Prisma composes. */
const maximumPrepared = 250

export function openConnection(path: string): SqliteConnection {
  const database = new Libsql(path)
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'foreign_keys = ON',
    'busy_timeout = 5000',
    // KiB: keys are digests, so that every row goes to another page of every index; 2 MB would be read again and again.
    'cache_size = -32000',
    // Pages, 16 MB: a page that many commits change is written back once.
    'wal_autocheckpoint = 4000',
  ]) {
    database.exec(`PRAGMA ${pragma}`)
  }
  const session = openSession(database)
  const holder = new AsyncLocalStorage<Promise<void>>()
  let turn: Promise<void> | undefined
  let open = true

  const othersDone = (current: Promise<void>) => {
    if (holder.getStore() === current) throw new Error(useWhatIsGiven)
    return current
  }
  return {
    async run(work) {
      while (turn !== undefined) await othersDone(turn)
      if (!open) throw new Error('The database is closed.')
      return work(session)
    },
    async hold() {
      while (turn !== undefined) await othersDone(turn)
      if (!open) throw new Error('The database is closed.')
      const { promise, resolve } = Promise.withResolvers<void>()
      turn = promise
      return {
        session,
        // Awaited inside: a promise of Prisma does nothing before somebody waits for it.
        within: (work) => holder.run(promise, async () => await work()),
        release() {
          turn = undefined
          resolve()
        },
      }
    },
    async close() {
      while (turn !== undefined) await othersDone(turn)
      if (!open) return
      open = false
      // Prepared statements keep the file open until they are collected as garbage; its companions go at once.
      session.script('PRAGMA journal_mode = DELETE')
      database.close()
    },
  }
}

const useWhatIsGiven =
  'Inside a transaction use the query that it gives: any other would wait for the transaction to end.'

function openSession(database: Libsql.Database): SqliteSession {
  const prepared = new Map<string, PreparedStatement>()
  const prepare = (sql: string): PreparedStatement => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const fresh = prepareStatement(database, sql)
    if (prepared.size >= maximumPrepared) {
      for (const [oldest] of prepared) {
        prepared.delete(oldest)
        break
      }
    }
    prepared.set(sql, fresh)
    return fresh
  }
  return {
    execute(sql, values) {
      const { statement, reader, columns, columnTypes } = prepare(sql)
      const bound = values.map(toSqliteValue)
      if (!reader) {
        return { columns, columnTypes, rows: [], rowsAffected: statement.run(bound).changes }
      }
      return { columns, columnTypes, rows: statement.all(bound) as unknown[][], rowsAffected: 0 }
    },
    script(sql) {
      // What is prepared remembers columns that the script may change.
      prepared.clear()
      database.exec(sql)
    },
    rollback() {
      if (database.inTransaction) database.exec('ROLLBACK')
    },
  }
}

interface PreparedStatement {
  statement: Libsql.Statement
  reader: boolean
  columns: string[]
  columnTypes: string[]
}

function prepareStatement(database: Libsql.Database, sql: string): PreparedStatement {
  const statement = database.prepare(sql)
  if (!statement.reader) return { statement, reader: false, columns: [], columnTypes: [] }
  const described = statement.raw(true).columns()
  return {
    statement,
    reader: true,
    columns: described.map((column) => column.name),
    columnTypes: described.map((column) => column.type ?? ''),
  }
}

function toSqliteValue(value: SqlValue): string | number | bigint | null {
  if (typeof value === 'boolean') return value ? 1 : 0
  // The spelling that Prisma's adapter writes and compares as text.
  if (value instanceof Date) return value.toISOString().replace('Z', '+00:00')
  return value
}
