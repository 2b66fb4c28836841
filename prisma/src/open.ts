import type { Database } from './database.ts'

export type { Database } from './database.ts'

/** How many connections a process may hold to PostgreSQL (default 10), besides one to listen on; SQLite has one. */
export interface OpenOptions {
  connections?: number
}

/**
 * Opens `postgresql://…`, `file:<path>` (created when missing; one process at a time, a second one is told who holds it)
 * or `memory:` (gone when closed; every one is its own). Throws `DatabaseUnavailableError` when PostgreSQL does not answer.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgresql } = await import('./postgresql/open.ts').catch(explainMissing)
    return openPostgresql(url, options.connections ?? 10)
  }
  if (url === 'memory:' || url.startsWith('file:')) {
    const { openSqlite } = await import('./sqlite/open.ts')
    return openSqlite(url)
  }
  throw new Error('A database URL starts with postgresql://, file: or memory:')
}

/** Packages that a published build leaves to those who use PostgreSQL. */
export class MissingDriverError extends Error {
  override readonly name = 'MissingDriverError'
  readonly advice = 'Run: npm install pg @prisma/adapter-pg'
}

function explainMissing(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    throw new MissingDriverError('PostgreSQL needs packages that are not installed.', {
      cause: error,
    })
  }
  throw error
}
