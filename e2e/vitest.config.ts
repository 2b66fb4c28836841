import { defineConfig } from 'vitest/config'

const localServer = 'postgresql://postgres@127.0.0.1:5432/postgres'

/**
 * The protocol and client tests. On the embedded database by default; on PostgreSQL, with a database per file, when
 * TEST_DATABASE_URL names a server or the mode is `postgresql` (`npm run test:postgres`).
 */
export default defineConfig(({ mode }) => {
  // biome-ignore lint/style/noProcessEnv: a test run's configuration is what reads its environment
  const databaseUrl = process.env.TEST_DATABASE_URL ?? (mode === 'postgresql' ? localServer : '')
  // biome-ignore lint/style/noProcessEnv: as above; once in a while somebody asks for 1,000 rounds of each race
  const concurrencyRounds = Number(process.env.CONCURRENCY_ROUNDS ?? 30)
  const folders = databaseUrl
    ? // Both engines answer the same requests: what other people's programs make of the answers is seen on one.
      ['protocol', 'attacks', 'postgresql', 'clients/{v1,v2,import,resources,step-up}*']
    : // The packed testing kit brings the embedded database.
      ['architecture', 'protocol', 'attacks', 'clients', 'cli', 'conformance', 'packed', 'zoo']
  return {
    test: {
      include: ['requirements.test.ts', ...folders.map(testsIn)],
      provide: { databaseUrl, concurrencyRounds },
      globalSetup: ['harness/demo-database.ts'],
      // Some of the clients that are tested would tell their makers.
      env: { DO_NOT_TRACK: '1' },
      maxWorkers: 2,
      // Files share a worker's modules: loading both servers takes longer than most files' tests.
      isolate: false,
      testTimeout: 60_000,
      hookTimeout: 90_000,
      reporters: ['default', 'json'],
      outputFile: { json: 'test-results/vitest.json' },
    },
  }
})

/** A folder, or a pattern of the beginnings of file names. */
function testsIn(place: string): string {
  return place.endsWith('*') ? `${place}.test.ts` : `${place}/**/*.test.ts`
}
