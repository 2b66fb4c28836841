import { describe, expect } from 'vitest'
import { freePort } from '../harness/balancer.ts'
import { clientDocuments } from '../harness/client-documents.ts'
import { passTime } from '../harness/clock.ts'
import { type Desktop, startDesktop } from '../harness/desktop.ts'
import { fileOfProgram, runProgram } from '../harness/process.ts'
import { testStack } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const publish = await clientDocuments()
const stack = await testStack({ REGISTRATION_MODE: 'open' })
const program = fileOfProgram('@modelcontextprotocol/inspector', 'mcp-inspector')

interface Answer {
  readonly result: { tools?: unknown[]; isError?: boolean; structuredContent?: unknown }
}

/** The Inspector's command line: what it is told every time, and a directory in which it remembers. */
async function inspector(desktop: Desktop, parameters: readonly string[]) {
  const home = await temporaryDirectory()
  const environment = {
    HOME: home,
    MCP_STORAGE_DIR: home,
    MCP_INSPECTOR_SECRET_STORE: 'file',
    MCP_AUTO_OPEN_ENABLED: 'true',
    ...desktop.environment,
  }
  const run = async (parts: readonly string[], typed = ''): Promise<Answer['result']> => {
    const command = ['--cli', ...parameters, '--format', 'json', ...parts]
    const started = runProgram(program, command, environment)
    started.child.stdin?.end(typed)
    const { code, stdout, stderr } = await started.finished()
    expect(code, stderr).toBe(0)
    return (JSON.parse(stdout) as Answer).result
  }
  return {
    list: () => run(['--method', 'tools/list']),
    /** @param typed what the person answers when asked */
    call: (tool: string, typed?: string) =>
      run(['--method', 'tools/call', '--tool-name', tool], typed),
  }
}

const overHttp = [stack.mcpUrl, '--transport', 'http']
const overSse = [new URL('/sse/', stack.mcpUrl).href, '--transport', 'sse']

/** Where the Inspector waits for the browser when it is not told otherwise. */
const usualCallback = 'http://127.0.0.1:6276/oauth/callback'

async function ownCallback() {
  const url = `http://127.0.0.1:${await freePort()}/oauth/callback`
  return { url, parameters: ['--callback-url', url] }
}

/** Signs in for the first command, and needs nobody for the next ones, not even when the access token has expired. */
async function worksAndRenews(desktop: Desktop, parameters: readonly string[]) {
  const { list, call } = await inspector(desktop, parameters)
  expect((await list()).tools).toHaveLength(12)
  passTime(3_700)
  expect(JSON.stringify(await call('list_companies'))).toContain('Harbor Goods LLC')
  expect(desktop.opened).toHaveLength(1)
  return desktop.opened[0]?.searchParams ?? new URLSearchParams()
}

describe('the Inspector’s command line', () => {
  for (const [era, transport] of [
    ['legacy', overHttp],
    ['modern', overHttp],
    ['legacy', overSse],
  ] as const) {
    verifies(
      ['CL-06', 'RS-105', 'contract-5-sse'],
      `registers, signs in, lists, calls and renews in the ${era} era (${transport.at(-1)})`,
      async () => {
        const desktop = await startDesktop(stack)
        const { parameters } = await ownCallback()
        await worksAndRenews(desktop, [...transport, '--protocol-era', era, ...parameters])
      },
    )
  }

  verifies(['CL-06', 'AS-136'], 'is known by a metadata document', async () => {
    const desktop = await startDesktop(stack)
    const { url, parameters } = await ownCallback()
    const document = publish([url])
    const asked = await worksAndRenews(desktop, [
      ...overHttp,
      ...['--protocol-era', 'auto', '--client-metadata-url', document],
      ...parameters,
    ])
    expect(asked.get('client_id')).toBe(document)
  })

  verifies(['CL-06', 'contract-3.2-inspector'], 'is told its pre-registered id', async () => {
    const desktop = await startDesktop(stack)
    const asked = await worksAndRenews(desktop, [...overHttp, '--client-id', 'mcp-inspector'])
    expect(asked.get('redirect_uri')).toBe(usualCallback)
  })

  for (const [known, identity] of [
    ['by its id', ['--client-id', 'mcp-inspector']],
    ['by a metadata document', ['--client-metadata-url', publish([usualCallback])]],
  ] as const) {
    verifies(
      ['CL-06', 'RS-18'],
      `known ${known}, steps up when a call needs more: it asks for the union, and what was granted stays`,
      async () => {
        const desktop = await startDesktop(stack, {
          decision: { scopes: ['read:companies', 'read:inventory'] },
        })
        const { call } = await inspector(desktop, [...overHttp, ...identity])
        expect(JSON.stringify(await call('list_companies'))).toContain('Harbor Goods LLC')

        desktop.decides({ scopes: ['read:cogs', 'read:revenue'] })
        expect((await call('get_revenue_and_cogs', 'y\n')).isError ?? false).toBe(false)
        expect(desktop.opened).toHaveLength(2)
        expect(scopesOf(desktop.opened[1]?.searchParams.get('scope'))).toEqual([
          'offline_access',
          'read:cogs',
          'read:companies',
          'read:inventory',
          'read:revenue',
        ])
        expect((await call('get_inventory_items')).isError ?? false).toBe(false)
        expect(desktop.opened).toHaveLength(2)
      },
    )
  }
})
