import { join } from 'node:path'
import { freePort } from '../../harness/balancer.ts'
import { repository, runProgram } from '../../harness/process.ts'

const file = join(
  repository,
  'node_modules/@modelcontextprotocol/sdk/dist/esm/examples/server/simpleStreamableHttp.js',
)

/** The example server of the v1 SDK, as it is published; `--oauth` starts its demo authorization server with it. */
export async function startSdkExample(...flags: ('--oauth' | '--oauth-strict')[]): Promise<string> {
  const [port, authPort] = [await freePort(), await freePort()]
  const environment = { MCP_PORT: String(port), MCP_AUTH_PORT: String(authPort) }
  const { until } = runProgram(file, flags, environment)
  await until(/MCP Streamable HTTP Server listening/)
  if (flags.length > 0) await until(/OAuth Authorization Server listening/)
  return `http://localhost:${port}/mcp`
}
