/**
 * `MCP_CONFORMANCE_FIXTURES=1 node e2e/conformance/serve.ts [port]` serves what CI runs the conformance suite against,
 * until it is interrupted.
 */
import { conformanceFixtures } from './fixtures/all.ts'
import { startServerUnderTest } from './server-under-test.ts'

// biome-ignore lint/style/noProcessEnv: whoever starts this by hand asks for the fixtures here
const withFixtures = process.env.MCP_CONFORMANCE_FIXTURES === '1'
const server = await startServerUnderTest({
  environment: { DATA_DIR: 'memory', LOG_LEVEL: 'warn' },
  parts: withFixtures ? conformanceFixtures : [],
  port: Number(process.argv[2] ?? 0),
})
console.log(`ready url=${server.url} issuer=${server.stack.issuer} fixtures=${withFixtures}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server[Symbol.asyncDispose]())
}
