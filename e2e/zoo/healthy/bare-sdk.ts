import { join } from 'node:path'
import { repository, runProgram } from '../../harness/process.ts'

/** The v2 SDK without authorization, as its documentation serves it. */
export async function startBareSdk(): Promise<string> {
  const { until } = runProgram(join(repository, 'bench/peers/bare-mcp-sdk.ts'), [], {})
  const [, mcpUrl = ''] = await until(/mcp=(\S+)/)
  return mcpUrl
}
