import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

export interface TestDatabase {
  readonly name: string
  /** `postgresql://…` of the fresh database. */
  readonly url: string
  drop(): Promise<void>
}

/**
 * Makes a database on a server; whoever made it drops it.
 *
 * @param template name of the database that it is a copy of; empty without one
 */
export async function createDatabase(
  serverUrl: string,
  template?: string | undefined,
): Promise<TestDatabase> {
  const name = `neonpanel_e2e_${randomBytes(6).toString('hex')}`
  const copied = template ? ` TEMPLATE "${template}"` : ''
  await execute(serverUrl, `CREATE DATABASE "${name}"${copied}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    name,
    url: url.href,
    drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
