import {
  type AuthInfo,
  type CallToolResult,
  McpServer,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server'
import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import { z } from 'zod'
import packageDescription from '../../package.json' with { type: 'json' }
import type { AccessToken } from '../access-token.ts'
import { isToolError, securitySchemes, type Tool } from './tool.ts'

/** What a request brings to the tools that it calls; it travels in the SDK's `AuthInfo`. */
export interface Caller {
  readonly accessToken: AccessToken
  readonly correlationId: string
  readonly log: Log
}

export interface McpServers {
  /**
   * Builds a server for one request or one session: the SDK's instances hold the state of one connection.
   *
   * @param toolName the only tool that will be called; without it every tool can be
   */
  create(toolName?: string | null): McpServer
}

const instructions = `NeonPanel holds the inventory, costs and revenue of a person's companies.
Start with list_companies: most tools take a company id. Use search and fetch to find one item or document by words.
Amounts are decimal strings with their currency; dates are YYYY-MM-DD. Lists come in pages: pass the cursor on.
A call that lacks a scope is refused with the scopes it needs; ask the person to allow them.`

const serverInfo = {
  name: 'neonpanel',
  title: 'NeonPanel',
  version: packageDescription.version,
}

/** Everyone sees the same tools, but only after a sign-in. */
const listCache = { ttlMs: 5 * 60_000, cacheScope: 'private' } as const

/**
 * Builds MCP servers over one list of tools. Whatever does not depend on the request (JSON schemas, the tool list) is
 * made once here: converting schemas anew would be the dearest part of a call.
 */
export function createMcpServers({
  tools,
  database,
}: {
  tools: readonly Tool[]
  database: Database
}): McpServers {
  const prepared = new Map(tools.map((tool) => [tool.name as string, prepareTool(tool, database)]))
  const listed = [...prepared.values()].map(({ listing }) => listing)
  return {
    create(toolName) {
      const server = new McpServer(serverInfo, {
        capabilities: { tools: { listChanged: false } },
        instructions,
        cacheHints: { 'tools/list': listCache, 'server/discover': listCache },
      })
      const only = toolName ? prepared.get(toolName) : undefined
      for (const { register } of only ? [only] : prepared.values()) register(server)
      // The SDK's own list has no `securitySchemes`, and would name only what is registered.
      server.server.setRequestHandler('tools/list', () => ({ tools: listed }))
      return server
    },
  }
}

/** @param caller reaches the tool as the SDK's `authInfo`; the token itself does not */
export function authInfoOf(caller: Caller, resource: string): AuthInfo {
  const { clientId, scopes, expiresAt } = caller.accessToken
  return {
    token: '',
    clientId,
    scopes: [...scopes],
    expiresAt: expiresAt.getTime() / 1000,
    resource: new URL(resource),
    extra: { caller },
  }
}

function prepareTool(tool: Tool, database: Database) {
  const { name, title, description, annotations } = tool
  const schemes = securitySchemes(tool)
  const input = jsonSchema(tool.input, 'input')
  const output = jsonSchema(tool.output, 'output')
  const published = { title, description, annotations, _meta: { securitySchemes: schemes } }
  const definition = {
    ...published,
    inputSchema: withJsonSchema(input, tool.input['~standard'].validate),
    // `callTool` parses the output itself, so that a mismatch is a failure of ours and not text for the model.
    outputSchema: withJsonSchema(output, (value) => ({ value })),
  }
  return {
    listing: {
      name,
      ...published,
      inputSchema: input,
      outputSchema: output,
      securitySchemes: schemes,
    },
    register(server: McpServer) {
      server.registerTool(name, definition, (values, context) =>
        callTool(tool, values as Record<string, unknown>, context, database),
      )
    },
  }
}

/** Runs a tool. An expected failure is for the model; an unexpected one is for our log, under the correlation id. */
async function callTool(
  tool: Tool,
  input: Record<string, unknown>,
  context: ServerContext,
  database: Database,
): Promise<CallToolResult> {
  const { accessToken, correlationId, log } = callerOf(context)
  const { personId, clientId, companies, scopes } = accessToken
  const { signal } = context.mcpReq
  try {
    if (!tool.scopes.every((scope) => scopes.has(scope))) throw new Error('Scopes were not checked')
    const call = { database, companies, scopes, personId, clientId, log, signal }
    const result = await tool.run(input, call)
    if (isToolError(result)) return toolFailure(result.message)
    const structuredContent = tool.output.parse(result)
    return { content: [text(JSON.stringify(structuredContent))], structuredContent }
  } catch (error) {
    // Work that was broken off because nobody waits for it has not failed.
    const level = signal.aborted ? 'debug' : 'error'
    log[level]({ err: error, tool: tool.name }, 'tool failed')
    return toolFailure(`${tool.title} failed unexpectedly. Correlation id: ${correlationId}`)
  }
}

function callerOf(context: ServerContext): Caller {
  return context.http?.authInfo?.extra?.caller as Caller
}

function toolFailure(message: string): CallToolResult {
  return { isError: true, content: [text(message)] }
}

function text(value: string) {
  return { type: 'text' as const, text: value }
}

type JsonSchema = { type: 'object'; [keyword: string]: unknown }

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, { target: 'draft-2020-12', io }) as JsonSchema
}

/** A schema as the SDK takes it, whose JSON Schema is ready. */
function withJsonSchema(
  json: JsonSchema,
  validate: StandardSchemaWithJSON['~standard']['validate'],
): StandardSchemaWithJSON {
  const jsonSchema = { input: () => json, output: () => json }
  return { '~standard': { version: 1, vendor: 'neonpanel', validate, jsonSchema } }
}
