import { seedDatabase } from '@neonpanel/stack/database'
import type { TestProject } from 'vitest/node'
import { createDatabase } from './postgresql.ts'

/** Makes the database that the stacks of a run on PostgreSQL are copies of. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const server = project.getProvidedContext().databaseUrl
  if (server === '') {
    project.provide('demoDatabase', '')
    return undefined
  }
  const { name, url, drop } = await createDatabase(server)
  await seedDatabase({ DATABASE_URL: url })
  project.provide('demoDatabase', name)
  return drop
}
