import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

export interface TestDatabase {
  /** `postgresql://…` of the fresh database. */
  readonly url: string
  drop(): Promise<void>
}

/** Makes an empty database on a server; whoever made it drops it. */
export async function createDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `neonpanel_e2e_${randomBytes(6).toString('hex')}`
  await execute(serverUrl, `CREATE DATABASE "${name}"`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
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
