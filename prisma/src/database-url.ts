import { join } from 'node:path'

/**
 * Where the database is, from the two environment values that say so: `DATABASE_URL`, or the embedded file in
 * `DATA_DIR`, or nothing but memory when `DATA_DIR` is `memory`. Answers what `openDatabase` takes.
 */
export function databaseUrl(databaseUrl: string | undefined, dataDirectory: string): string {
  if (databaseUrl !== undefined) return databaseUrl
  if (dataDirectory === 'memory') return 'memory:'
  return `file:${join(dataDirectory, 'neonpanel.db')}`
}
