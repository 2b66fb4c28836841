import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { describe, expect, onTestFinished } from 'vitest'
import { z } from 'zod'
import { passTime } from '../harness/clock.ts'
import { commandLine, type SignInWish } from '../harness/command-line.ts'
import { testStack } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

async function signedIn(words: readonly string[] = [], wish: SignInWish = {}) {
  const cli = await commandLine(stack)
  const { code, err } = await cli.signIn(words, wish)
  if (code !== 0) throw new Error(err)
  return cli
}

describe('tools list and show', () => {
  verifies('cli-tools', 'show each tool with its scopes and what it does', async () => {
    const cli = await signedIn()
    const { code, out, err } = await cli.run(['tools', 'list'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/^NAME +SCOPES +ACCESS +DESCRIPTION$/)
    expect(lines).toHaveLength(13)
    expect(out).toMatch(/^get_revenue_and_cogs +read:revenue read:cogs +reads +\S/m)
    expect(out).toMatch(/^import_items +write:import +writes +\S/m)
    const json = await cli.run(['tools', 'list', '--json'])
    expect(JSON.parse(json.out)).toHaveLength(12)
  })

  verifies('cli-tools', 'describe the arguments of one', async () => {
    const cli = await signedIn()
    const { out } = await cli.run(['tools', 'show', 'get_item_cogs'])
    expect(out).toMatch(/^--item-id +text +required +Item id from search/m)
    expect(out).toMatch(/^--period +one of day, week, month, quarter +"month" +\S/m)
    const unknown = await cli.run(['tools', 'show', 'get_item'])
    expect(unknown).toMatchObject({
      code: 2,
      err: expect.stringMatching(/The server has no tool get_item. It has: /),
    })
  })
})

describe('tools call', () => {
  verifies('cli-tools', 'shows rows as a table, and all of them as JSON', async () => {
    const cli = await signedIn()
    const words = [
      'tools',
      'call',
      'get_inventory_items',
      '--company',
      'co_harbor_us',
      '--limit',
      '5',
    ]
    const table = await cli.run(words)
    expect(table).toMatchObject({ code: 0, err: '' })
    const [above = '', rows = ''] = table.out.split('\n\n')
    expect(above).toMatch(/^next_cursor: \S+$/m)
    expect(rows.split('\n')).toHaveLength(6)
    expect(rows).toMatch(/^id +sku +/)
    const { out } = await cli.run([...words, '--json'])
    expect(JSON.parse(out).items).toHaveLength(5)
  })

  verifies(
    'cli-tools',
    'takes arguments as JSON: in words, in a file, on standard input',
    async () => {
      const cli = await signedIn()
      const input = JSON.stringify({ company_id: 'co_harbor_us', limit: 2 })
      const file = join(await temporaryDirectory(), 'input.json')
      await writeFile(file, input)
      for (const source of [input, `@${file}`, '-']) {
        const words = ['tools', 'call', 'get_inventory_items', '--input', source, '--json']
        const { code, out, err } = await cli.run(words, input)
        expect({ code, err }).toEqual({ code: 0, err: '' })
        expect(JSON.parse(out).items).toHaveLength(2)
      }
      // What is typed takes the place of what the JSON says.
      const words = [
        'tools',
        'call',
        'get_inventory_items',
        '--input',
        input,
        '--limit',
        '1',
        '--json',
      ]
      expect(JSON.parse((await cli.run(words)).out).items).toHaveLength(1)
      for (const wrong of ['[]', '{', '@nowhere.json']) {
        const { code, err } = await cli.run(['tools', 'call', 'search', '--input', wrong])
        expect(code).toBe(2)
        expect(err).toMatch(/must hold one JSON object|is not JSON|cannot be read/)
      }
    },
  )

  verifies(
    'cli-tools',
    'explains an argument that is unknown, missing or of the wrong kind',
    async () => {
      const cli = await signedIn()
      const call = (...words: string[]) => cli.run(['tools', 'call', ...words])
      const unknown = await call('get_inventory_items', '--colour', 'sage')
      expect(unknown.code).toBe(2)
      expect(unknown.err).toMatch(
        /has no argument --colour\.\nIt takes --company-id, --warehouse-id/,
      )
      const missing = await call('get_item_cogs')
      expect(missing).toMatchObject({
        code: 2,
        err: expect.stringMatching(/get_item_cogs needs --item-id\./),
      })
      const wrong = await call('get_inventory_items', '--limit', 'many', '--json')
      expect(wrong).toMatchObject({ code: 2, out: '' })
      expect(JSON.parse(wrong.err).error).toContain(
        '--limit of get_inventory_items must be a whole',
      )
      const kind = await call('get_inventory_items', '--sort', 'colour')
      expect(kind).toMatchObject({
        code: 2,
        err: expect.stringMatching(/must be one of sku, name/),
      })
    },
  )

  verifies('cli-tools', 'fails with what the tool says', async () => {
    const cli = await signedIn()
    const words = ['tools', 'call', 'get_inventory_items', '--company', 'co_nobody']
    const { code, out, err } = await cli.run(words)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^There is no company co_nobody\./)
    const json = await cli.run([...words, '--json'])
    expect(JSON.parse(json.err).error).toMatch(/^There is no company co_nobody\./)
  })

  verifies(
    'cli-tools',
    'names the scopes that are missing and the command that gets them',
    async () => {
      const cli = await signedIn()
      const words = ['tools', 'call', 'get_revenue_and_cogs']
      const { code, err } = await cli.run(words)
      expect(code).toBe(1)
      const command = `neonpanel login ${stack.mcpUrl} --scope read:revenue read:cogs`
      expect(err).toContain('needs the scopes read:revenue read:cogs, which you have not granted')
      expect(err).toContain(command)
      expect((await cli.signIn(command.split(' ').slice(2))).code).toBe(0)
      expect(await cli.run(words)).toMatchObject({ code: 0, err: '' })
      expect(await cli.run(['tools', 'call', 'list_companies'])).toMatchObject({ code: 0 })
    },
  )

  verifies('cli-tools', 'renews a token that the server refuses before its time', async () => {
    const cli = await signedIn()
    const [before] = await cli.stored()
    passTime(3_700)
    expect(await cli.run(['tools', 'call', 'list_companies'])).toMatchObject({ code: 0, err: '' })
    const [after] = await cli.stored()
    expect(after?.refresh_token).not.toBe(before?.refresh_token)
  })

  verifies('cli-tools', 'says how to sign in, for the first time or again', async () => {
    const fresh = await commandLine(stack)
    const login = `neonpanel login ${stack.mcpUrl}`
    const words = ['tools', 'call', 'list_companies']
    expect(await fresh.run(words)).toEqual({
      code: 1,
      out: '',
      err: `Not signed in at ${stack.mcpUrl}. Sign in with: ${login}`,
    })
    const cli = await signedIn()
    passTime(400 * 24 * 3600)
    const late = await cli.run(words)
    expect(late.code).toBe(1)
    expect(late.err).toContain(login)
  })
})

/** A server that wants no token, by the SDK's stateless transport or by HTTP+SSE of 2024-11-05 alone. */
async function bareServer(transport: 'http' | 'sse'): Promise<string> {
  let stream: SSEServerTransport | undefined
  const server = createServer(async (request, response) => {
    const { method, url } = request
    if (transport === 'http' && method === 'POST') {
      const once = new StreamableHTTPServerTransport()
      await adder().connect(once as Transport)
      await once.handleRequest(request, response)
    } else if (transport === 'sse' && method === 'GET' && url === '/mcp') {
      stream = new SSEServerTransport('/messages', response)
      await adder().connect(stream)
    } else if (stream !== undefined && url?.startsWith('/messages')) {
      await stream.handlePostMessage(request, response)
    } else response.writeHead(url === '/mcp' ? 405 : 404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

function adder(): McpServer {
  const server = new McpServer({ name: 'bare', version: '1.0.0' })
  server.registerTool(
    'add',
    {
      description: 'Adds numbers. They may be negative.',
      inputSchema: { numbers: z.array(z.number()), precise: z.boolean().optional() },
    },
    ({ numbers }) => ({
      content: [{ type: 'text', text: String(numbers.reduce((sum, one) => sum + one, 0)) }],
    }),
  )
  return server
}

describe('a server that wants no token', () => {
  for (const transport of ['http', 'sse'] as const) {
    verifies(
      'cli-tools',
      `works without signing in (${transport}), and login says so`,
      async () => {
        const mcpUrl = await bareServer(transport)
        const cli = await commandLine({ ...stack, mcpUrl })
        const list = await cli.run(['tools', 'list'])
        expect(list.err).toBe('')
        expect(list.out).toMatch(/^add +Adds numbers\.$/m)
        const words = ['tools', 'call', 'add', '--numbers', '1', '-2', '4.5', '--precise']
        expect(await cli.run(words)).toEqual({ code: 0, out: '3.5', err: '' })
        const login = await cli.run(['login'])
        expect(login).toMatchObject({ code: 0, err: '' })
        expect(login.out).toContain('asks for no token')
        const { out } = await cli.run(['login', '--json'])
        expect(JSON.parse(out)).toEqual({ signed_in: false, mcp_url: mcpUrl })
      },
    )
  }

  verifies('cli-tools', 'that is no MCP server is named as such', async () => {
    const server = createServer((_, response) => response.end('Hello.'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const cli = await commandLine({ ...stack, mcpUrl: `http://127.0.0.1:${port}/mcp` })
    const { code, out, err } = await cli.run(['tools', 'list'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('does not answer as an MCP server')
    const nobody = await commandLine({ ...stack, mcpUrl: 'http://127.0.0.1:1/mcp' })
    const { err: silence } = await nobody.run(['tools', 'list'])
    expect(silence).toMatch(/^No answer from http:\/\/127\.0\.0\.1:1: /)
  })
})
