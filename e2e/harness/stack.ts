import { type Stack, startStack } from '@neonpanel/stack'
import { afterAll, inject, onTestFinished } from 'vitest'
import { createDatabase } from './postgresql.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server; empty = the embedded database. */
    databaseUrl: string
    /** A database of that server that holds the demo; empty on the embedded one. */
    demoDatabase: string
  }
}

type Environment = Record<string, string>

export const onPostgresql = () => inject('databaseUrl') !== ''

/** Both servers on free ports with the demo data and a database of their own, for the tests of one file. */
export async function testStack(environment: Environment = {}): Promise<Stack> {
  const { stack, stop } = await start(environment)
  afterAll(stop)
  return stack
}

/** As `testStack`, for one test. */
export async function stackForTest(environment: Environment = {}): Promise<Stack> {
  const { stack, stop } = await start(environment)
  onTestFinished(stop)
  return stack
}

/** Ports are free ones and the log is silent, in whatever way a server is started. */
export const quietEnvironment: Environment = {
  AUTH_PORT: '0',
  MCP_PORT: '0',
  LOG_LEVEL: 'silent',
  LOG_FORMAT: 'json',
}

/** The variables that select an empty database of the run's engine, and how to be rid of it. */
export async function freshDatabase(): Promise<{
  variables: Environment
  remove: () => Promise<void>
}> {
  return database()
}

async function database(template?: string) {
  const server = inject('databaseUrl')
  if (server === '') return { variables: { DATA_DIR: 'memory' }, remove: async () => {} }
  const { url, drop } = await createDatabase(server, template)
  return { variables: { DATABASE_URL: url }, remove: drop }
}

async function start(environment: Environment) {
  // A copy of the demo is there in a sixth of the time that migrations and seed take; who is elsewhere may have none.
  const hasDemo = environment.SEED === undefined && environment.ISSUER_URL === undefined
  const { variables, remove } = await database(hasDemo ? inject('demoDatabase') : undefined)
  try {
    const stack = await startStack({
      environment: { ...quietEnvironment, ...variables, ...environment },
    })
    const stop = async () => {
      await stack.stop()
      await remove()
    }
    return { stack, stop }
  } catch (error) {
    // A stack that did not start leaves no database either.
    await remove()
    throw error
  }
}
