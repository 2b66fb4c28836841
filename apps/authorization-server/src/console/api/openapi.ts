import { z } from 'zod'
import { type Operation, statusOf } from './operation.ts'

/** Ids of operations say what they do to what; this is the shape that every refusal has. */
const refusalSchema = z
  .object({
    error: z.string().describe('Machine-readable reason'),
    error_description: z.string(),
    problems: z
      .array(z.object({ path: z.string().describe('In dotted form'), message: z.string() }))
      .optional()
      .describe('Everything that is wrong with the request, at once'),
    correlation_id: z.string().nullable().describe('Finds the request in the log'),
  })
  .meta({ id: 'Refusal' })

type JsonSchema = Record<string, unknown>

/** Named schemas of the document, collected while it is written. */
type Components = Record<string, JsonSchema>

/**
 * The OpenAPI 3.1 description of operations, from the schemas that judge their requests.
 *
 * @param serverUrl where the paths begin
 */
export function openApiDocument(operations: readonly Operation[], serverUrl: string) {
  const schemas: Components = {}
  const paths: Record<string, Record<string, unknown>> = {}
  for (const described of operations) {
    const path = described.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [described.method]: describe(described, schemas) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'NeonPanel admin API',
      version: '1.0.0',
      description:
        'Everything that the console does, and under TEST_CONTROLS what a test needs. Times are epoch seconds; lists are newest first.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    security: [{ adminToken: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        adminToken: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' },
      },
    },
  }
}

function describe(described: Operation, schemas: Components) {
  const { id, tag, summary, query, body } = described
  const parameters = [...pathParameters(described), ...queryParameters(query, schemas)]
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(body, schemas) }),
    responses: {
      [statusOf(described)]: success(described, schemas),
      ...refusals(described, schemas),
    },
  }
}

/** Required unless nothing, which counts as `{}`, will do. */
function requestBody(body: z.ZodType, schemas: Components) {
  return {
    required: !body.safeParse({}).success,
    content: jsonContent(jsonSchema(body, 'input', schemas)),
  }
}

function pathParameters({ path }: Operation) {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodObject | undefined, schemas: Components) {
  if (!query) return []
  const { properties = {}, required = [] } = jsonSchema(query, 'input', schemas) as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(required.includes(name) && { required: true }),
    ...(description !== undefined && { description }),
    schema,
  }))
}

function success({ summary, answer, download, otherTypes = [] }: Operation, schemas: Components) {
  if (download) return { description: summary, content: { [download]: {} } }
  if (!answer) return { description: 'Done' }
  const others = Object.fromEntries(otherTypes.map((type) => [type, {}]))
  const content = { ...jsonContent(jsonSchema(answer, 'output', schemas)), ...others }
  return { description: summary, content }
}

/** What any operation may be refused for, by what it takes, and reasons of its own. */
function refusals({ path, query, body, refusals: own }: Operation, schemas: Components) {
  const reasons: Record<number, string> = {
    ...((query || body) && { 400: 'The request is not as described; `problems` says where' }),
    401: 'No token, or not the ADMIN_TOKEN of this server',
    ...(path.includes(':') && { 404: 'There is nothing of this name' }),
    ...(body && { 413: 'The body is too large', 415: 'The body is not application/json' }),
    429: 'Too many wrong tokens from this address',
    ...own,
  }
  const content = jsonContent(jsonSchema(refusalSchema, 'output', schemas))
  return Object.fromEntries(
    Object.entries(reasons).map(([status, description]) => [status, { description, content }]),
  )
}

function jsonContent(schema: JsonSchema) {
  return { 'application/json': { schema } }
}

/** A schema in the document; those with an `id` stand under `components` and are referred to. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Components): JsonSchema {
  // Zod writes the outermost schema out even if it has an id; inside another one it refers to it.
  const converted = z.toJSONSchema(z.object({ schema }), { io })
  // The one schema that refers to itself, and so gets a name from Zod, is any JSON value.
  const text = JSON.stringify(converted).replaceAll('__schema0', 'Json')
  const { $defs = {}, properties } = JSON.parse(
    text.replaceAll('"#/$defs/', '"#/components/schemas/'),
  )
  Object.assign(schemas, $defs)
  return properties.schema
}
