import { send } from '@neonpanel/testing-kit/client/http'
import { expect, inject, onTestFinished, vi } from 'vitest'
import { type Balancer, freePort, startBalancer } from './balancer.ts'
import { createDatabase } from './postgresql.ts'
import { repository, runScript, type ServerProcess } from './process.ts'

/** Registers what has to be done at the end: of a test, or of a file with `afterAll`. */
export type AtEnd = (work: () => Promise<void>) => void

/** A fresh, migrated PostgreSQL database, as the variables that select it. */
export async function migratedDatabase(
  atEnd: AtEnd = onTestFinished,
): Promise<Record<string, string>> {
  const { url, drop } = await createDatabase(inject('databaseUrl'))
  atEnd(drop)
  const migrated = await runScript('migrate', { DATABASE_URL: url }, repository, atEnd).finished()
  expect(migrated.code, migrated.stderr).toBe(0)
  return { DATABASE_URL: url }
}

/** Waits until a server says that it is ready. */
export async function ready(port: number): Promise<void> {
  const isReady = async () => {
    const { status } = await send(`http://127.0.0.1:${port}/readyz`)
    if (status !== 200) throw new Error(`port ${port} answers ${status}`)
  }
  await vi.waitFor(isReady, { timeout: 60_000, interval: 100 })
}

/** Several processes of the authorization server on one database: one issuer. */
export interface AuthorizationServers {
  /** Where people and administrators go: each request lands on the next process. */
  readonly issuer: string
  readonly mcpUrl: string
  readonly adminToken: string
  /** Each process by itself. */
  readonly origins: readonly string[]
  readonly balancer: Balancer
  readonly processes: readonly ServerProcess[]
  /** The variables that select their database. */
  readonly database: Record<string, string>
}

/**
 * Starts processes of the authorization server, all at once, behind a balancer. They believe what a proxy says about
 * addresses, so that a test can come from many.
 */
export async function startAuthorizationServers(
  count: number,
  environment: Record<string, string> = {},
  atEnd: AtEnd = onTestFinished,
): Promise<AuthorizationServers> {
  const database = await migratedDatabase(atEnd)
  const balancer = await startBalancer(atEnd)
  const issuer = `http://localhost:${balancer.port}`
  const mcpUrl = 'http://localhost:4401/mcp'
  const processes: ServerProcess[] = []
  const ports: number[] = []
  for (let started = 0; started < count; started += 1) {
    const port = await freePort()
    const variables = {
      ...database,
      AUTH_PORT: String(port),
      ISSUER_URL: issuer,
      MCP_URL: mcpUrl,
      TRUST_PROXY: 'true',
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      ...environment,
    }
    processes.push(runScript('start:auth', variables, repository, atEnd))
    ports.push(port)
  }
  for (const port of ports) await ready(port)
  balancer.forwardTo(ports)
  return {
    issuer,
    mcpUrl,
    adminToken: 'neonpanel-local-admin',
    origins: ports.map((port) => `http://127.0.0.1:${port}`),
    balancer,
    processes,
    database,
  }
}
