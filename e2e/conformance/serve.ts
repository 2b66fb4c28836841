/**
 * `MCP_CONFORMANCE_FIXTURES=1 node e2e/conformance/serve.ts [port]` serves what CI runs the conformance suite against,
 * until it is interrupted. Without the variable it serves the product alone.
 */
import { startServerUnderTest } from './server-under-test.ts'

const server = await startServerUnderTest({
  environment: { DATA_DIR: 'memory', LOG_LEVEL: 'warn' },
  // biome-ignore lint/style/noProcessEnv: nothing else reads this variable, and no server of the product
  withFixtures: process.env.MCP_CONFORMANCE_FIXTURES === '1',
  port: Number(process.argv[2] ?? 0),
})
console.log(`ready url=${server.url} issuer=${server.issuer}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server[Symbol.asyncDispose]())
}
