import { defineConfig } from 'vitest/config'

/** One configuration for every workspace: unit tests stand beside the code they prove. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    // They need a server and have a run of their own: `npm run test:postgres` in prisma/.
    exclude: ['**/node_modules/**', '**/*.postgres.test.ts'],
    passWithNoTests: false,
    // Files share a worker's modules: loading them again for each takes as long as many a file's tests.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
  },
})
