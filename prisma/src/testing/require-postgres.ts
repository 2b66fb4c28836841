import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
  }
}

/** Gives the tests their server, and fails the run when none is named: what needs PostgreSQL is never skipped. */
export function setup(project: TestProject): void {
  // biome-ignore lint/style/noProcessEnv: where the server is can only come from outside
  const { TEST_DATABASE_URL } = process.env
  if (!TEST_DATABASE_URL) {
    throw new Error('Set TEST_DATABASE_URL, such as postgresql://postgres@127.0.0.1:5432/postgres')
  }
  project.provide('databaseUrl', TEST_DATABASE_URL)
}
