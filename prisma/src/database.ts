import type { Announcements } from './announcements.ts'
import type { PrismaClient } from './client.ts'
import type { InsertRows, Query, Statement } from './statement.ts'

/** The one database of a process, of either engine. */
export interface Database extends AsyncDisposable {
  readonly engine: 'sqlite' | 'postgresql'
  /** For everything off the hot path. */
  readonly prisma: PrismaClient
  /** For the hot path: prepared statements over the same connections. */
  readonly query: Query
  readonly insertRows: InsertRows
  /** SQLite only: fills those of the tables that are empty from a file with the same migrations; parents come first. */
  readonly copyRowsFrom?: (file: string, tables: readonly string[]) => Promise<void>
  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. Inside it use only what it is
   * given: on SQLite anything else would wait for its end, and is refused.
   */
  transaction<Result>(
    work: (query: Query, insertRows: InsertRows) => Promise<Result>,
  ): Promise<Result>
  /** Between the processes that share this database. */
  readonly announcements: Announcements
  /** For `migrate`. */
  readonly migrations: MigrationDriver
  /** Returns when the database answers; throws `DatabaseUnavailableError` when it does not within seconds. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** What applying migrations needs beyond queries: whole scripts, under a lock, in one transaction. */
export interface MigrationDriver {
  /** DDL of the table in which Prisma's own tool remembers what was applied. */
  readonly historyTable: string
  /** Answers a row when that table is there. */
  readonly historyExists: Statement
  underLock<Result>(
    work: (script: (sql: string) => Promise<void>, query: Query) => Promise<Result>,
  ): Promise<Result>
}
