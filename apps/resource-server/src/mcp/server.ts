import {
  McpServer,
  type McpServerOptions,
  mergeCapabilities,
  type RequestStateCodec,
  type ServerCapabilities,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server'
import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import packageDescription from '../../package.json' with { type: 'json' }
import { type CallTool, createToolCaller } from './call-tool.ts'
import { createConfirmations } from './confirmation.ts'
import type { McpMeasures } from './measures.ts'
import type { ComposedParts } from './server-part.ts'
import { withStorableText } from './storable-text.ts'
import { securitySchemes, type Tool } from './tool.ts'

export interface McpServers {
  /**
   * Builds a server for one request or one session: the SDK's instances hold the state of one connection.
   *
   * @param toolName the only tool that will be called; without it everything can be asked for
   */
  create(toolName?: string | null): McpServer
}

const instructions = `NeonPanel holds the inventory, costs and revenue of a person's companies.
Start with list_companies: most tools take a company id. Use search and fetch to find one item or document by words.
Amounts are decimal strings with their currency; dates are YYYY-MM-DD. Lists come in pages: pass the cursor on.
A call that lacks a scope is refused with the scopes it needs; ask the person to allow them.`

export const serverInfo = {
  name: 'neonpanel',
  title: 'NeonPanel',
  version: packageDescription.version,
}

/** Everyone sees the same tools, but only after a sign-in. */
const listCache = { ttlMs: 5 * 60_000, cacheScope: 'private' } as const

const cacheHints: NonNullable<McpServerOptions['cacheHints']> = {
  'server/discover': listCache,
  'tools/list': listCache,
  'prompts/list': listCache,
  'resources/templates/list': listCache,
  // What a person's companies have changes with every import.
  'resources/list': { ttlMs: 0, cacheScope: 'private' },
}

/**
 * Builds MCP servers over one list of tools. Whatever does not depend on the request (JSON schemas, the tool list) is
 * made once here: converting schemas anew would be the dearest part of a call.
 */
export function createMcpServers(options: {
  tools: readonly Tool[]
  parts?: ComposedParts | undefined
  database: Database
  measures: McpMeasures
  requestState: RequestStateCodec
  /** See `Limits`. */
  runningCalls?: number | undefined
}): McpServers {
  const { parts, requestState } = options
  const confirmations = createConfirmations(requestState)
  const call = createToolCaller({ ...options, confirmations })
  const prepared = new Map(
    options.tools.map((tool) => [tool.name as string, prepareTool(tool, call)]),
  )
  const listed = [...[...prepared.values()].map(({ listing }) => listing), ...(parts?.tools ?? [])]
  const ownCapabilities: ServerCapabilities = { tools: { listChanged: false } }
  const capabilities = mergeCapabilities(ownCapabilities, parts?.capabilities ?? {})
  return {
    create(toolName) {
      const only = toolName ? prepared.get(toolName) : undefined
      const server = new McpServer(serverInfo, {
        // Nobody asks the server of one call what else there is, and handlers for the rest would cost time.
        capabilities: only ? ownCapabilities : capabilities,
        instructions,
        requestState,
        cacheHints,
      })
      for (const { register } of only ? [only] : prepared.values()) register(server)
      if (!only) parts?.register(server)
      // The SDK's own list has no `securitySchemes`, and would name only what is registered.
      server.server.setRequestHandler('tools/list', () => ({ tools: listed }))
      return server
    },
  }
}

function prepareTool(tool: Tool, call: CallTool) {
  const { name, title, description, annotations } = tool
  const schemes = securitySchemes(tool)
  const input = jsonSchema(tool.input, 'input')
  const output = jsonSchema(tool.output, 'output')
  const published = { title, description, annotations, _meta: { securitySchemes: schemes } }
  const definition = {
    ...published,
    inputSchema: withJsonSchema(input, withStorableText(tool.input['~standard'].validate)),
    // `CallTool` parses the output itself, so that a mismatch is a failure of ours and not text for the model.
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
        call(
          tool,
          values as Record<string, unknown>,
          context,
          server.server.getClientCapabilities(),
        ),
      )
    },
  }
}

type JsonSchema = { type: 'object'; [keyword: string]: unknown }

const described = { input: new WeakMap<z.ZodObject, JsonSchema>(), output: new WeakMap() }

/** The same tools are served by every server of a process. */
function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const known = described[io].get(schema) ?? describe(schema, io)
  described[io].set(schema, known)
  return known
}

function describe(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    override({ jsonSchema }) {
      // That an integer is one that doubles hold exactly goes without saying, and a model reads every character.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  }) as JsonSchema
}

/** A schema as the SDK takes it, whose JSON Schema is ready. */
function withJsonSchema(
  json: JsonSchema,
  validate: StandardSchemaWithJSON['~standard']['validate'],
): StandardSchemaWithJSON {
  const jsonSchema = { input: () => json, output: () => json }
  return { '~standard': { version: 1, vendor: 'neonpanel', validate, jsonSchema } }
}
