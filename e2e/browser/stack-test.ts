import { type Stack, startStack } from '@neonpanel/stack'
import { test as base } from '@playwright/test'
import { createDatabase } from '../harness/postgresql.ts'
import { type Callback, openCallback } from './callback.ts'

/**
 * Playwright's `test` with both servers of its own, on free ports, and with a client's callback address. On the embedded
 * database, or on PostgreSQL when TEST_DATABASE_URL names a server.
 */
export const test = base.extend<{ callback: Callback }, { stack: Stack }>({
  stack: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      // biome-ignore lint/style/noProcessEnv: a test run's configuration is what reads its environment
      const server = process.env.TEST_DATABASE_URL
      const database = server ? await createDatabase(server) : undefined
      const stack = await startStack({
        environment: {
          AUTH_PORT: '0',
          MCP_PORT: '0',
          LOG_LEVEL: 'silent',
          LOG_FORMAT: 'json',
          REVOCATION_CHECK_SECONDS: '0',
          ...(database ? { DATABASE_URL: database.url } : { DATA_DIR: 'memory' }),
        },
      })
      await use(stack)
      await stack.stop()
      await database?.drop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  callback: async ({}, use) => {
    await using callback = await openCallback()
    await use(callback)
  },
})
