import { defineConfig } from 'vitest/config'

/** Tests that need a PostgreSQL server; TEST_DATABASE_URL names one whose role may create databases. */
export default defineConfig({
  test: {
    include: ['src/**/*.postgres.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'test-results/vitest-postgres.json' }]],
  },
})
