import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
  }
}

/** An empty PostgreSQL database of its own, dropped at the end. */
export interface ScratchDatabase extends AsyncDisposable {
  readonly url: string
}

/**
 * Makes one. Not through `openDatabase`, whose limits on time are for requests: a busy server may take a while.
 *
 * @param server where, with a role that may create databases
 */
export async function createScratchDatabase(
  server = inject('databaseUrl'),
): Promise<ScratchDatabase> {
  const name = `neonpanel_test_${randomBytes(6).toString('hex')}`
  await execute(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => execute(server, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}

/** Runs one statement on a connection of its own. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
