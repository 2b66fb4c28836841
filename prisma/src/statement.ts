/** A value that both engines store; a `Date` becomes what Prisma stores on that engine. */
export type SqlValue = string | number | bigint | boolean | Date | null

/** One prepared statement, in the dialect of each engine. */
export interface Statement {
  /** Unique in the process: PostgreSQL knows the prepared statement by it. */
  readonly name: string
  readonly postgresql: string
  readonly sqlite: string
}

/** Runs a statement. Columns of `DateTime` come back as `Date`, of `Boolean` as `boolean`, on both engines. */
export type Query = <Row>(statement: Statement, values: readonly SqlValue[]) => Promise<Row[]>

/** Adds many rows of one table quickly; rows whose key exists are left as they are. Answers how many were new. */
export type InsertRows = (
  table: string,
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
) => Promise<number>

const taken = new Map<string, string>()

const ownClock = /\bnow\(|current_(?:timestamp|time|date)\b|\b(?:datetime|strftime|unixepoch)\(/i

/**
 * Declares a hot statement once, at module level: portable SQL in PostgreSQL's spelling, parameters `$1…`, identifiers
 * quoted. Casts (`::int`) and row locks (`FOR UPDATE`) have no meaning on SQLite, where one writer runs at a time, and
 * are left out there. An INSERT gives every column without a constant default itself. The time is a parameter: the engines
 * disagree on `now()`, and neither follows a clock that a test has moved.
 */
export function statement(name: string, sql: string): Statement {
  if ((taken.get(name) ?? sql) !== sql) throw new Error(`Two statements are named ${name}.`)
  if (ownClock.test(sql)) throw new Error(`Statement ${name} asks the database for the time.`)
  taken.set(name, sql)
  return { name, postgresql: sql, sqlite: toSqliteSql(sql) }
}

const translatable =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)|::\w+(?:\[\])?|\s+FOR (?:NO KEY )?UPDATE(?: SKIP LOCKED| NOWAIT)?\b/gi

function toSqliteSql(sql: string): string {
  return sql.replaceAll(translatable, (text: string, parameter: string | undefined) => {
    if (parameter !== undefined) return `?${parameter}`
    return text.startsWith("'") || text.startsWith('"') ? text : ''
  })
}

/** Quotes an identifier for both engines. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
