const documents = [
  { id: 'one', title: 'One', text: 'The first document.', url: 'https://docs.example/one' },
  { id: 'two', title: 'Two', text: 'The second document.', url: 'https://docs.example/two' },
]

const string = { type: 'string' }
const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const reads = { readOnlyHint: true, destructiveHint: false, openWorldHint: false }
const writes = { readOnlyHint: false, destructiveHint: false, openWorldHint: false }
const needs = (scope: string) => {
  const securitySchemes = [{ type: 'oauth2', scopes: [scope] }]
  return { scope, securitySchemes, _meta: { securitySchemes } }
}
const found = object({ id: string, title: string, url: string })

/** The tools, in the shapes that ChatGPT looks for; `scope` and `call` stay here. */
export const tools = [
  {
    name: 'search',
    title: 'Search',
    description: 'Finds documents.',
    inputSchema: object({ query: string }),
    outputSchema: object({ results: { type: 'array', items: found } }),
    annotations: reads,
    ...needs('read'),
    call: () => told({ results: documents.map(({ text: _, ...rest }) => rest) }),
  },
  {
    name: 'fetch',
    title: 'Fetch',
    description: 'Reads one document.',
    inputSchema: object({ id: string }),
    outputSchema: object({ id: string, title: string, text: string, url: string }),
    annotations: reads,
    ...needs('read'),
    call: ({ id }: Record<string, unknown>) => {
      const one = documents.find((document) => document.id === id)
      return one ? told(one) : { isError: true, content: [textOf('There is no such document.')] }
    },
  },
  {
    name: 'list_documents',
    title: 'List documents',
    description: 'Lists all documents.',
    inputSchema: object({}),
    outputSchema: object({ results: { type: 'array', items: found } }),
    annotations: reads,
    ...needs('read'),
    call: () => told({ results: documents.map(({ text: _, ...rest }) => rest) }),
  },
  {
    name: 'list_drafts',
    title: 'List drafts',
    description: 'Lists documents that are being written.',
    inputSchema: object({}),
    outputSchema: object({ results: { type: 'array', items: found } }),
    annotations: reads,
    ...needs('write'),
    call: () => told({ results: [] }),
  },
  {
    name: 'add',
    title: 'Add',
    description: 'Adds a document.',
    inputSchema: object({ text: string }),
    annotations: writes,
    ...needs('write'),
    call: () => ({ content: [textOf('Added.')] }),
  },
]

/** The result of `tools/call`; undefined when there is no such tool. */
export function callTool(params: Readonly<Record<string, unknown>>): unknown {
  const given = (params.arguments ?? {}) as Record<string, unknown>
  return tools.find(({ name }) => name === params.name)?.call(given)
}

const textOf = (text: string) => ({ type: 'text', text })

const told = (structured: unknown) => ({
  content: [textOf(JSON.stringify(structured))],
  structuredContent: structured,
})
