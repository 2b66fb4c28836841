import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { CallToolResult, Tool } from '@modelcontextprotocol/client'
import { readChallenge } from '@neonpanel/personas/engine/discovery'
import type { Command } from 'commander'
import { openStore } from '../credentials/store.ts'
import { CommandFailure } from '../failure.ts'
import { mcpUrlFrom } from '../servers.ts'
import type { Terminal } from '../terminal.ts'
import { contentText, renderAnswer } from '../tool-calls/answer.ts'
import { readArguments, type ToolArguments } from '../tool-calls/arguments.ts'
import { missingScope, withServer } from '../tool-calls/connection.ts'
import { readInputSchema } from '../tool-calls/input-schema.ts'
import { renderTool, renderTools } from '../tool-calls/tool-description.ts'

/** `tools list|show|call`: the tools of any MCP server, with the token of the sign-in where there is one. */
export function addToolsCommand(program: Command, terminal: Terminal): void {
  const tools = program
    .command('tools')
    .description('list, describe and call the tools of any MCP server')
    .addHelpText('after', '\nExample:\n  $ npx neonpanel tools list')
  addList(tools, terminal)
  addShow(tools, terminal)
  addCall(tools, terminal)
}

function addList(tools: Command, terminal: Terminal) {
  tools
    .command('list')
    .description('the tools with their scopes')
    .addHelpText(
      'after',
      `
Examples:
  $ neonpanel tools list
  $ neonpanel tools list --mcp-url https://mcp.example.com/mcp --json`,
    )
    .action(async (_: unknown, command: Command) => {
      const found = await withServer(mcpUrlFrom(undefined, terminal), terminal, (server) =>
        server.listTools(),
      )
      if (command.optsWithGlobals().json) return terminal.out(JSON.stringify(found))
      if (found.length === 0) return terminal.err('This server has no tools.')
      terminal.out(renderTools(found, terminal))
    })
}

function addShow(tools: Command, terminal: Terminal) {
  tools
    .command('show')
    .description('one tool with its arguments')
    .argument('<name>', 'as `tools list` shows it')
    .addHelpText('after', '\nExample:\n  $ neonpanel tools show get_inventory_items')
    .action(async (name: string, _: unknown, command: Command) => {
      const tool = await withServer(mcpUrlFrom(undefined, terminal), terminal, async (server) =>
        findTool(name, await server.listTools()),
      )
      if (command.optsWithGlobals().json) return terminal.out(JSON.stringify(tool))
      terminal.out(renderTool(tool, terminal))
    })
}

function addCall(tools: Command, terminal: Terminal) {
  tools
    .command('call')
    .description('call a tool and show its answer as a table, or as JSON')
    .usage('<name> [--<argument> <value>...] [options]')
    .argument('<name>', 'as `tools list` shows it')
    .argument('[arguments...]', 'as `tools show <name>` describes them')
    .option('--input <json>', "arguments as JSON: '{…}', @file, or - for standard input")
    .allowUnknownOption()
    .addHelpText(
      'after',
      `
An argument may be shortened while it is unambiguous: --company for company_id.
After -- come arguments that are named as an option of this command.

Examples:
  $ neonpanel tools call get_inventory_items --company co_harbor_us --limit 5
  $ neonpanel tools call import_items --input @items.json --json`,
    )
    .action(async (name: string, words: string[], _: unknown, command: Command) => {
      const { input, json } = command.optsWithGlobals<{ input?: string; json?: boolean }>()
      const mcpUrl = mcpUrlFrom(undefined, terminal)
      const given = input === undefined ? undefined : await readInput(input)
      const result = await withServer(mcpUrl, terminal, async (server) => {
        const tool = findTool(name, await server.listTools())
        const list = readInputSchema(tool.inputSchema)
        return server.callTool(tool.name, readArguments(tool.name, list, words, given))
      })
      if (result.isError) throw await toolFailure(result, mcpUrl, terminal)
      if (json) return terminal.out(JSON.stringify(result.structuredContent ?? result))
      const { text: answer, hidden } = renderAnswer(result, terminal)
      terminal.out(answer)
      if (hidden.length > 0) terminal.err(`No room for: ${hidden.join(', ')}. --json has them.`)
    })
}

function findTool(name: string, tools: readonly Tool[]): Tool {
  const plain = (text: string) => text.replaceAll('-', '_').toLowerCase()
  const found =
    tools.find((tool) => tool.name === name) ??
    tools.find((tool) => plain(tool.name) === plain(name))
  if (found) return found
  const names = tools.map((tool) => tool.name).join(', ') || 'none'
  throw new CommandFailure(`The server has no tool ${name}. It has: ${names}.`, { exitCode: 2 })
}

async function readInput(input: string): Promise<ToolArguments> {
  const source =
    input === '-' ? 'standard input' : input.startsWith('@') ? input.slice(1) : '--input'
  let value: unknown
  try {
    value = JSON.parse(await readSource(input))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw new CommandFailure(`${source} ${reason}.`, { exitCode: 2, cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as ToolArguments
  }
  throw new CommandFailure(`${source} must hold one JSON object with the arguments.`, {
    exitCode: 2,
  })
}

function readSource(input: string): string | Promise<string> {
  if (input === '-') return text(process.stdin)
  return input.startsWith('@') ? readFile(input.slice(1), 'utf8') : input
}

/** What the tool says went wrong. Some servers put a challenge for more scopes into the answer (Apps SDK). */
async function toolFailure(result: CallToolResult, mcpUrl: string, terminal: Terminal) {
  const challenges = [result._meta?.['mcp/www_authenticate']].flat()
  for (const value of challenges.filter((one) => typeof one === 'string')) {
    const challenge = readChallenge(new Headers({ 'www-authenticate': value }))
    if (challenge?.error !== 'insufficient_scope') continue
    return missingScope(mcpUrl, challenge, await openStore(terminal).find(mcpUrl))
  }
  return new CommandFailure(contentText(result) || 'The tool failed without saying why.')
}
