import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { onTestFinished } from 'vitest'
import type { Desktop } from './desktop.ts'
import { fileOfProgram } from './process.ts'

/** One start of mcp-remote. */
export interface Bridge {
  /** A client of revision 2025-11-25 that can only talk to processes, connected through mcp-remote. */
  readonly client: Client
  /** What mcp-remote wrote for the person. */
  readonly said: () => string
}

/**
 * Starts mcp-remote as desktop apps do: as a process, which it is for a client over stdio.
 *
 * @param directory where it keeps registrations and tokens between starts
 * @param onSaid told all that it has written so far, whenever it writes more
 */
export async function startMcpRemote(
  servers: Servers,
  desktop: Desktop,
  directory: string,
  parameters: readonly string[],
  onSaid: (said: string) => void = () => {},
): Promise<Bridge> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [fileOfProgram('mcp-remote'), servers.mcpUrl, ...parameters],
    env: { MCP_REMOTE_CONFIG_DIR: directory, ...desktop.environment },
    stderr: 'pipe',
  })
  let said = ''
  transport.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
    onSaid(said)
  })
  const client = new Client(
    { name: 'desktop', version: '1.0.0' },
    { versionNegotiation: { mode: 'legacy' } },
  )
  onTestFinished(() => client.close())
  try {
    await client.connect(transport)
  } catch (error) {
    throw new Error(`mcp-remote did not connect:\n${said}`, { cause: error })
  }
  return { client, said: () => said }
}
